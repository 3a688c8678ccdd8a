package dev.unbusy.cli;

import dev.unbusy.catalog.HostProbe;
import dev.unbusy.gguf.GgufFile;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.InstalledModel;
import dev.unbusy.hub.ProvidedModel;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which model a person asked for: a name, a file, or (both null) the best for this machine.
 *
 * @param name catalogue name, Hugging Face or ModelScope id
 * @param file GGUF file, used where it lies
 */
record ModelWish(@Nullable String name, @Nullable Path file) {
    private static final Pattern HUB_FILE = Pattern.compile("[^/]+/[^/]+/.+\\.gguf");

    /**
     * The model to serve.
     *
     * @param id the name that {@code /v1/models} lists
     * @param aliases other names that requests may use
     * @param reason why it is this one
     */
    record Chosen(
            String id, List<String> aliases, Path file, int longestContextTokens, Text reason, List<Text> rejected) {

        /** What the worker makes of a wish for a context: never more than the model reaches, if that is known. */
        int contextTokens(int wanted) {
            return longestContextTokens > 0 ? Math.min(wanted, longestContextTokens) : wanted;
        }
    }

    /** An argument that is a file, or can only be meant as one, is a file: {@code up ./model.gguf}. */
    static ModelWish of(@Nullable String argument, @Nullable Path option) {
        if (argument != null && option != null) {
            throw new CliException(
                    "usage",
                    Text.of(
                            "both a MODEL (%s) and --model %s are given",
                            "同时指定了 MODEL（%s）和 --model %s", argument, option),
                    Text.of("Give one of the two.", "请只指定其中一个。"));
        }
        Path path = argument == null ? null : asPath(argument);
        if (argument != null && path != null && meansFile(argument, path)) {
            return new ModelWish(null, path);
        }
        return new ModelWish(argument, option);
    }

    private static @Nullable Path asPath(String argument) {
        try {
            return argument.contains("://") ? null : Path.of(argument);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static boolean meansFile(String argument, Path path) {
        if (Files.isRegularFile(path) || path.isAbsolute() || argument.startsWith(".") || argument.startsWith("~")) {
            return true;
        }
        if (!argument.endsWith(".gguf")) {
            return false;
        }
        // org/name/file.gguf is a file on a hub, unless there is such a folder here.
        return !(HUB_FILE.matcher(argument).matches() || argument.indexOf(':') >= 0)
                || Files.isDirectory(path.subpath(0, 1));
    }

    /** Finds it, fetching what is missing; its header is read, so that a broken file is refused before anything starts. */
    Chosen resolve(Hub hub, Progress progress) {
        if (file != null) {
            GgufFile header = checked(file);
            return chosen(stem(file), file, header, Text.of("%s was named.", "已指定 %s。", file), List.of());
        }
        ProvidedModel provided = hub.provider().provide(name, progress);
        InstalledModel model = provided.model();
        GgufFile header = checked(model.file());
        return chosen(model.id(), model.file(), header, provided.reason(), provided.rejected());
    }

    private static Chosen chosen(String fullId, Path file, GgufFile header, Text reason, List<Text> rejected) {
        String id = shortName(fullId);
        Set<String> aliases = new LinkedHashSet<>(List.of(fullId, stem(file), "unbusy"));
        aliases.remove(id);
        return new Chosen(
                id, List.copyOf(aliases), file.toAbsolutePath(), header.longestContextTokens(), reason, rejected);
    }

    private static GgufFile checked(Path file) {
        GgufFile header = GgufFile.read(file);
        Bytes memory = memory();
        Bytes size = new Bytes(header.fileBytes());
        if (memory != null && size.compareTo(memory) > 0) {
            throw new CliException(
                    "model-exceeds-memory",
                    Text.of("%s has %s, this machine has %s of memory", "%s 大小为 %s，本机内存为 %s", file, size, memory),
                    Text.of(
                            "Take a smaller model or a stronger quantization; `unbusy up` without a name chooses one that fits.",
                            "请选用更小的模型或更高压缩的量化；不指定名称时 `unbusy up` 会自动选择合适的模型。"));
        }
        return header;
    }

    /** What the control group or the machine has; null if unknown. */
    private static @Nullable Bytes memory() {
        dev.unbusy.catalog.HostFacts facts = HostProbe.read();
        Bytes limit = facts.memoryLimit();
        Bytes total = facts.memoryTotal();
        return limit == null ? total : total == null || limit.compareTo(total) < 0 ? limit : total;
    }

    /** The part behind the organisation. */
    static String shortName(String id) {
        return id.substring(id.lastIndexOf('/') + 1);
    }

    static String stem(Path file) {
        String fileName = String.valueOf(file.getFileName());
        return fileName.endsWith(".gguf") ? fileName.substring(0, fileName.length() - ".gguf".length()) : fileName;
    }
}
