package dev.unbusy.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The models that Unbusy knows by name, from the resource {@code models.json}. Immutable. */
public final class ModelCatalog {
    private final Map<String, String> sources;
    private final List<CatalogModel> models;
    private final Map<String, CatalogModel> byName = new HashMap<>();
    private final Map<String, CatalogModel> byRepository = new HashMap<>();

    private ModelCatalog(JsonObject document) {
        this.sources = sources(document);
        this.models = CatalogReader.models(document);
        for (CatalogModel model : models) {
            List<String> names = new ArrayList<>(model.aliases());
            names.add(model.id());
            names.add(model.shortName());
            for (String name : names) {
                CatalogModel other = byName.put(key(name), model);
                if (other != null) {
                    throw new IllegalStateException(
                            "the catalogue has the name " + name + " for " + other.id() + " and " + model.id());
                }
            }
            model.gguf().forEach(repository -> byRepository.put(key(repository.repository()), model));
        }
    }

    /** Reads the catalogue that this program carries. */
    public static ModelCatalog load() {
        try (InputStream in = ModelCatalog.class.getResourceAsStream("models.json")) {
            if (in == null) {
                throw new IllegalStateException("models.json is missing from this build");
            }
            return new ModelCatalog(JsonObject.parse(in.readAllBytes()));
        } catch (IOException e) {
            throw new IllegalStateException("models.json of this build cannot be read", e);
        }
    }

    public List<CatalogModel> models() {
        return models;
    }

    /** What the source keys of the numbers mean. */
    public Map<String, String> sources() {
        return sources;
    }

    /** The model of that id (with or without organisation) or alias; case does not matter. */
    public Optional<CatalogModel> find(String name) {
        return Optional.ofNullable(byName.get(key(name)));
    }

    /** The model that the GGUF repository holds. */
    public Optional<CatalogModel> findByRepository(String repository) {
        return Optional.ofNullable(byRepository.get(key(repository)));
    }

    public CatalogModel starter() {
        return models.stream()
                .filter(model -> model.family().equals(CatalogModel.STARTER))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the catalogue has no starter model"));
    }

    /** The ids that read most like the name, best first, at most {@code count}. */
    public List<String> nearest(String name, int count) {
        String wanted = key(name.substring(name.lastIndexOf('/') + 1));
        return models.stream()
                .sorted(Comparator.comparingInt(model -> distance(wanted, key(model.shortName()))))
                .limit(count)
                .map(CatalogModel::id)
                .toList();
    }

    private static Map<String, String> sources(JsonObject document) {
        JsonObject json = document.object("sources");
        Map<String, String> sources = new HashMap<>();
        if (json != null) {
            json.keys().forEach(key -> sources.put(key, String.valueOf(json.string(key))));
        }
        return Map.copyOf(sources);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Levenshtein distance. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
