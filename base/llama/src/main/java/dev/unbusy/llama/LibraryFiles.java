package dev.unbusy.llama;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The shared libraries of one directory: the three that are bound, by absolute path. The CPU variants and GPU backends
 * lie beside them and are found by ggml itself.
 *
 * @param directory absolute, symbolic links resolved
 */
record LibraryFiles(Path directory, Path ggmlBase, Path ggml, Path llama) {
    static final Text FETCH_AGAIN = Text.of(
            "Leave out --natives, or delete the directory of the native libraries; the next start fetches the pinned version",
            "请去掉 --natives，或删除本地库所在目录；下次启动会重新获取指定版本");

    private static final String VERSION_AND_END = "(\\.[A-Za-z0-9.]+)?\\.(so|dylib)";
    private static final Pattern SHARED_LIBRARY = Pattern.compile(".*\\.(so|dylib)");

    /** @throws LlamaException if the directory or one of the three is missing, ambiguous or no shared library */
    static LibraryFiles find(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new LlamaException(
                    "library-directory-missing",
                    Text.of("No directory of native libraries at %s", "找不到本地库目录 %s", directory),
                    FETCH_AGAIN);
        }
        try {
            Path real = directory.toRealPath();
            List<Path> all = sharedLibraries(real);
            for (Path file : all) {
                // All, not only the three: ggml opens every CPU variant that lies there.
                if (!SharedLibrary.isWhole(file)) {
                    throw new LlamaException(
                            "library-file-broken",
                            Text.of("%s is no shared library, or cut short", "%s 不是共享库文件，或文件不完整", file),
                            FETCH_AGAIN);
                }
                if (!SharedLibrary.isForThisCpu(file)) {
                    throw new LlamaException(
                            "library-for-another-cpu",
                            Text.of(
                                    "%s is made for another CPU than this machine's (%s)",
                                    "%s 是为其他 CPU 编译的，本机为 %s", file, System.getProperty("os.arch")),
                            FETCH_AGAIN);
                }
            }
            return new LibraryFiles(
                    real, only(real, all, "libggml-base"), only(real, all, "libggml"), only(real, all, "libllama"));
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    private static List<Path> sharedLibraries(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f ->
                            SHARED_LIBRARY.matcher(f.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    private static Path only(Path directory, List<Path> all, String name) {
        Pattern pattern = Pattern.compile(Pattern.quote(name) + VERSION_AND_END);
        List<Path> found = all.stream()
                .filter(f -> pattern.matcher(f.getFileName().toString()).matches())
                .toList();
        if (found.isEmpty()) {
            throw new LlamaException(
                    "library-file-missing",
                    Text.of("%s has no %s", "目录 %s 中缺少 %s", directory, name + ".so"),
                    FETCH_AGAIN);
        }
        if (found.size() > 1) {
            throw new LlamaException(
                    "library-ambiguous",
                    Text.of("%s has several versions of %s: %s", "目录 %s 中有多个版本的 %s：%s", directory, name, found),
                    FETCH_AGAIN);
        }
        return found.getFirst();
    }

    /**
     * Checks every pinned file, and that no shared library lies there that is not pinned: ggml opens whatever file of the
     * directory is named like a backend.
     *
     * @param sha256ByFileName lower-case hexadecimal checksum of each file
     */
    void verify(Map<String, String> sha256ByFileName) {
        try {
            for (Path file : sharedLibraries(directory)) {
                if (!sha256ByFileName.containsKey(file.getFileName().toString())) {
                    throw new LlamaException(
                            "library-file-unknown",
                            Text.of("%s does not belong to the pinned native libraries", "%s 不属于指定版本的本地库", file),
                            FETCH_AGAIN);
                }
            }
            for (Map.Entry<String, String> pinned : new TreeMap<>(sha256ByFileName).entrySet()) {
                Path file = directory.resolve(pinned.getKey());
                if (!Files.isRegularFile(file)) {
                    throw new LlamaException(
                            "library-file-missing",
                            Text.of("%s has no %s", "目录 %s 中缺少 %s", directory, pinned.getKey()),
                            FETCH_AGAIN);
                }
                String found = sha256(file);
                if (!found.equals(pinned.getValue())) {
                    throw new LlamaException(
                            "library-checksum-differs",
                            Text.of(
                                    "%s has the SHA-256 checksum %s, expected %s",
                                    "%s 的 SHA-256 校验和为 %s，应为 %s", file, found, pinned.getValue()),
                            FETCH_AGAIN);
                }
            }
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                digest.update(block, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static LlamaException unreadable(Path path, IOException e) {
        return new LlamaException(
                "library-unreadable",
                Text.of("Cannot read the native libraries in %s: %s", "无法读取 %s 中的本地库：%s", path, e.toString()),
                Text.of("Check the permissions of that directory", "请检查该目录的权限"),
                e);
    }
}
