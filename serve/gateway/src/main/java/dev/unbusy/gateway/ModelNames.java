package dev.unbusy.gateway;

import dev.unbusy.ledger.KeyRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which served model a request's {@code model} means. Immutable.
 *
 * <p>In this order: 1. the id itself; 2. a configured alias, whose target is resolved by the other rules; 3. without regard
 * to case; 4. with or without the owner prefix {@code deepseek-ai/} and Ollama's {@code :latest}; 5. an alias of the served model. Two models that
 * answer to the same name by rules 3 to 5: the one whose id sorts first has it.
 */
final class ModelNames {
    private static final String OWNER = "deepseek-ai/";
    private static final String LATEST = ":latest";
    /** A name that each model of ours has. */
    private static final String ANY = "unbusy";

    private final Map<String, String> exact = new HashMap<>();
    private final Map<String, String> folded = new HashMap<>();
    private final Map<String, String> configured = new HashMap<>();
    private final List<String> ids;

    /** @param configuredAliases name asked for → name that it stands for */
    ModelNames(Iterable<ServedModel> models, Map<String, String> configuredAliases) {
        TreeSet<String> sorted = new TreeSet<>();
        Map<String, List<String>> aliases = new HashMap<>();
        for (ServedModel model : models) {
            sorted.add(model.id());
            aliases.computeIfAbsent(model.id(), id -> new ArrayList<>()).addAll(model.aliases());
        }
        ids = List.copyOf(sorted);
        for (String id : ids) {
            exact.put(id, id);
            addFolded(id, id);
        }
        // After all ids: an alias never hides an id.
        for (String id : ids) {
            for (String alias : aliases.getOrDefault(id, List.of())) {
                addFolded(alias, id);
            }
        }
        configuredAliases.forEach((name, target) -> configured.put(fold(name), target));
    }

    /** The served id, or null where nothing served has that name. */
    @Nullable
    String resolve(String name) {
        String id = exact.get(name);
        if (id != null) {
            return id;
        }
        String target = configured.get(fold(name));
        if (target != null) {
            String viaAlias = served(target);
            if (viaAlias != null) {
                return viaAlias;
            }
        }
        return served(name);
    }

    /**
     * For Anthropic's clients, which ask for {@code claude-…} unless they are told otherwise. As DeepSeek's service does:
     * {@code claude-opus…} is its larger model, every other one the smaller; where neither is served, whatever is.
     */
    @Nullable
    String resolveClaude(String name) {
        String id = resolve(name);
        if (id != null || !name.toLowerCase(Locale.ROOT).startsWith("claude")) {
            return id;
        }
        String usual = resolve(
                name.toLowerCase(Locale.ROOT).startsWith("claude-opus") ? "deepseek-v4-pro" : "deepseek-v4-flash");
        String any = usual == null ? resolve(ANY) : usual;
        return any == null && !ids.isEmpty() ? ids.getFirst() : any;
    }

    /** Served ids in order. */
    List<String> ids() {
        return ids;
    }

    /** Those of the served models that a key may use; it names them as its users do. */
    List<String> allowedTo(@Nullable KeyRecord key) {
        if (key == null || key.models().isEmpty()) {
            return ids;
        }
        Set<String> allowed = new HashSet<>();
        for (String name : key.models()) {
            String id = resolve(name);
            if (id != null) {
                allowed.add(id);
            }
        }
        return ids.stream().filter(allowed::contains).toList();
    }

    private @Nullable String served(String name) {
        String id = exact.get(name);
        return id != null ? id : folded.get(fold(name));
    }

    private void addFolded(String name, String id) {
        folded.putIfAbsent(fold(name), id);
    }

    private static String fold(String name) {
        String folded = name.toLowerCase(Locale.ROOT);
        String lower = folded.endsWith(LATEST) ? folded.substring(0, folded.length() - LATEST.length()) : folded;
        return lower.startsWith(OWNER) ? lower.substring(OWNER.length()) : lower;
    }
}
