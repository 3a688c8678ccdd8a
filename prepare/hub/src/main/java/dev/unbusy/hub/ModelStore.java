package dev.unbusy.hub;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.catalog.ModelChooser;
import dev.unbusy.gguf.GgufException;
import dev.unbusy.gguf.GgufFile;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models on this machine: {@code models/} of the cache directory, one folder per repository, a manifest beside each
 * model. A GGUF file that was put there by hand counts too. Nothing wrong in the folder stops the rest from being used.
 */
public final class ModelStore {
    private static final int DEPTH = 3;
    private static final String GGUF = ".gguf";

    private final Path directory;
    private final ModelCatalog catalog;

    ModelStore(Path directory, ModelCatalog catalog) {
        this.directory = directory;
        this.catalog = catalog;
    }

    /**
     * @param models usable models, the newest first
     * @param problems what is wrong with the rest of the folder
     */
    public record Listing(List<InstalledModel> models, List<Text> problems) {
        public Listing {
            models = List.copyOf(models);
            problems = List.copyOf(problems);
        }
    }

    /** What is there. Reads manifests, and the headers of files without one. */
    public Listing list() {
        List<InstalledModel> models = new ArrayList<>();
        List<Text> problems = new ArrayList<>();
        Set<Path> described = new HashSet<>();
        List<Path> files = files(problems);
        for (Path file : files) {
            if (file.toString().endsWith(GGUF + ModelManifest.SUFFIX)) {
                InstalledModel model = described(file, problems);
                if (model != null) {
                    described.addAll(model.parts());
                    models.add(model);
                }
            }
        }
        for (Path file : files) {
            if (file.toString().endsWith(GGUF) && !described.contains(file) && !isLaterPart(file)) {
                byHand(file, models, problems);
            }
        }
        models.sort(Comparator.comparing(InstalledModel::installed).reversed());
        return new Listing(models, problems);
    }

    /**
     * The model of that name: a catalogue name or alias, a Hugging Face id with or without organisation, the repository
     * it came from, or the file's name with or without {@code .gguf}; the first three with {@code :QUANTIZATION} behind
     * them if wanted. The newest where several fit.
     */
    public Optional<InstalledModel> find(String name) {
        List<InstalledModel> models = list().models();
        Optional<InstalledModel> found = match(models, name, null);
        int colon = name.lastIndexOf(':');
        if (found.isEmpty() && colon > 0) {
            found = match(models, name.substring(0, colon), name.substring(colon + 1));
        }
        return found;
    }

    private Optional<InstalledModel> match(List<InstalledModel> models, String name, @Nullable String quantization) {
        String id = catalog.find(name).map(CatalogModel::id).orElse(name);
        return models.stream()
                .filter(model -> isCalled(model, id) || isCalled(model, name))
                .filter(model -> quantization == null || quantization.equalsIgnoreCase(model.quantization()))
                .findFirst();
    }

    private static boolean isCalled(InstalledModel model, String name) {
        String file = String.valueOf(model.file().getFileName());
        String id = model.id();
        return Stream.of(
                        id,
                        id.substring(id.indexOf('/') + 1),
                        model.source().substring(model.source().indexOf(':') + 1),
                        file,
                        stem(file))
                .anyMatch(name::equalsIgnoreCase);
    }

    /**
     * Deletes the model's files.
     *
     * @throws HubException {@code permission-denied} if one cannot be deleted
     */
    public void remove(InstalledModel model) {
        try {
            Files.deleteIfExists(ModelManifest.of(model.file()));
            for (Path part : model.parts()) {
                Path file = part.toAbsolutePath().normalize();
                if (!file.startsWith(directory)) {
                    throw new IOException(file + " is not in the store");
                }
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new HubException(
                    "permission-denied",
                    Text.of("The model %s could not be deleted: %s", "无法删除模型 %s：%s", model.id(), FileFailure.of(e)),
                    Text.of("Correct the owner of %s.", "请修正 %s 的所有者。", directory),
                    e);
        }
    }

    /** The folder that models of that repository go to. */
    Path folder(String repository) {
        return directory.resolve(CacheDirectory.safe(repository));
    }

    /** What a model's file may take: the free room and what of it has been fetched already; null if unknown. */
    @Nullable
    Bytes roomFor(CatalogModel model, DiskSpace space) {
        try {
            long bytes = Math.max(0, space.usableBytes(directory) - DiskSpace.MARGIN_BYTES);
            for (CatalogModel.GgufRepository repository : model.gguf()) {
                String name = repository.pattern().replace("{quantization}", ModelChooser.QUANTIZATION);
                Path part = folder(repository.repository()).resolve(name + FileFetch.PART);
                bytes += Files.isRegularFile(part) ? Files.size(part) : 0;
            }
            return new Bytes(bytes);
        } catch (IOException e) {
            return null;
        }
    }

    /** Describes a model whose files are complete, and writes it down. */
    InstalledModel register(InstalledModel model) throws IOException {
        ModelManifest.write(model);
        return model;
    }

    private static @Nullable InstalledModel described(Path manifest, List<Text> problems) {
        try {
            InstalledModel model = ModelManifest.read(manifest);
            long bytes = 0;
            for (Path part : model.parts()) {
                if (!Files.isRegularFile(part)) {
                    problems.add(Text.of(
                            "%s is missing, though %s describes it.",
                            "%s 缺失，但 %s 中有其记录。", part, manifest.getFileName()));
                    return null;
                }
                bytes += Files.size(part);
            }
            if (bytes != model.bytes()) {
                problems.add(Text.of(
                        "%s has %d bytes instead of %d.", "%s 有 %d 字节，应为 %d。", model.file(), bytes, model.bytes()));
                return null;
            }
            return model;
        } catch (IOException e) {
            problems.add(Text.of("%s cannot be used: %s", "%s 无法使用：%s", manifest, String.valueOf(e.getMessage())));
            return null;
        }
    }

    private void byHand(Path file, List<InstalledModel> models, List<Text> problems) {
        try {
            GgufFile header = GgufFile.read(file);
            String stem = stem(String.valueOf(file.getFileName()));
            models.add(new InstalledModel(
                    stem,
                    file,
                    header.files(),
                    header.fileBytes(),
                    header.quantization(),
                    header.architecture(),
                    "file",
                    null,
                    null,
                    Files.getLastModifiedTime(file).toInstant()));
        } catch (GgufException e) {
            problems.add(e.text());
        } catch (IOException e) {
            problems.add(Text.of("%s cannot be read: %s", "无法读取 %s：%s", file, FileFailure.of(e)));
        }
    }

    private List<Path> files(List<Text> problems) {
        try (Stream<Path> walk = Files.walk(directory, DEPTH)) {
            return walk.filter(path -> !path.toString().contains(TemporaryDirectory.PREFIX))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            problems.add(Text.of(
                    "%s cannot be read: %s",
                    "无法读取 %s：%s", directory, e instanceof IOException io ? FileFailure.of(io) : e));
            return List.of();
        }
    }

    private static boolean isLaterPart(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.matches(".*-\\d{5}-of-\\d{5}\\.gguf") && !name.matches(".*-00001-of-\\d{5}\\.gguf");
    }

    private static String stem(String file) {
        return file.toLowerCase(Locale.ROOT).endsWith(GGUF) ? file.substring(0, file.length() - GGUF.length()) : file;
    }
}
