package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.text.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    private static final Platform LINUX = new Platform("linux", "x64");

    @TempDir
    Path folder;

    private CacheDirectory cache;
    private Path root;

    @BeforeEach
    void open() throws IOException {
        cache = CacheDirectory.open(null, Map.of("XDG_CACHE_HOME", folder.toString()));
        root = Files.createDirectory(folder.resolve("root"));
    }

    @Test
    void ensure_withoutNpm_saysHowToGetItOrDoWithoutIt() {
        NativeLibraries natives = natives((command, directory, limit) -> {
            throw new IOException("Cannot run program \"npm\"");
        });
        HubException e = refused(() -> natives.ensure(LINUX, Backend.CPU, Progress.NONE));
        assertThat(e.code()).isEqualTo("tool-missing");
        assertThat(e.remedy().en())
                .contains("npm")
                .contains("node-llama-cpp-linux-x64-3.22.1.tgz")
                .contains(cache.downloads().toString());
    }

    @Test
    void ensure_whenNpmFails_showsWhatItSaid() {
        NativeLibraries natives =
                natives((command, directory, limit) -> new Commands.Result(1, "npm error network ETIMEDOUT"));
        HubException e = refused(() -> natives.ensure(LINUX, Backend.CPU, Progress.NONE));
        assertThat(e.code()).isEqualTo("fetch-failed");
        assertThat(e.text().en()).contains("ETIMEDOUT");
    }

    @Test
    void ensure_ofAnotherArchiveThanThePinnedOne_refusesIt() {
        NativeLibraries natives = natives((command, directory, limit) -> {
            assertThat(command).startsWith("npm", "pack").endsWith("@node-llama-cpp/linux-x64@3.22.1");
            Files.writeString(directory.resolve("node-llama-cpp-linux-x64-3.22.1.tgz"), "something else");
            return new Commands.Result(0, "");
        });
        assertThat(refused(() -> natives.ensure(LINUX, Backend.CPU, Progress.NONE))
                        .code())
                .isEqualTo("natives-damaged");
        assertThat(cache.natives()).isEmptyDirectory();
    }

    @Test
    void ensure_forAPlatformWithoutABuild_isRefusedByName() {
        NativeLibraries natives = natives((command, directory, limit) -> new Commands.Result(1, ""));
        assertThat(refused(() -> natives.choose(new Platform("win", "x64"), null))
                        .text()
                        .en())
                .contains("win-x64");
        assertThat(refused(() -> natives.choose(LINUX, Backend.METAL)).text().en())
                .contains("CPU, CUDA, VULKAN");
        assertThat(refused(() -> natives.ensure(new Platform("mac", "arm64"), Backend.METAL, Progress.NONE))
                        .text()
                        .en())
                .contains("mac-arm64-metal");
    }

    @Test
    void choose_takesCudaOnlyWhereDeviceDriverAndRuntimeAreThere() throws IOException {
        NativeLibraries natives = natives((command, directory, limit) -> new Commands.Result(1, ""));
        assertThat(natives.choose(LINUX, null).backend()).isEqualTo(Backend.CPU);
        file("dev/nvidia0");
        file("usr/lib/x86_64-linux-gnu/libcuda.so.1");
        assertThat(natives.choose(LINUX, null).backend()).isEqualTo(Backend.CPU);
        assertThat(natives.choose(LINUX, null).reason().en()).contains("no CUDA 12 or 13 runtime");
        file("usr/local/cuda-12.8/lib64/libcudart.so.12");
        file("usr/local/cuda-12.8/lib64/libcublas.so.12");
        assertThat(natives.choose(LINUX, null).backend()).isEqualTo(Backend.CUDA);
        assertThat(natives.choose(LINUX, null).reason().en()).contains("CUDA 12");
    }

    @Test
    void manifest_findsEveryKindOfDamage() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("libraries"));
        Path library = Files.writeString(directory.resolve("libllama.so"), "content");
        FileManifest.create(directory, List.of("libllama.so"));
        assertThat(manifest(directory).damage()).isNull();

        // Same content, another time: hashed again, then quick again.
        Files.setLastModifiedTime(library, FileTime.fromMillis(1_000));
        assertThat(manifest(directory).damage()).isNull();

        // ggml would open it.
        Path foreign = Files.writeString(directory.resolve("libggml-foreign.so"), "x");
        assertThat(manifest(directory).damage()).contains("libggml-foreign.so does not belong there");
        Files.delete(foreign);

        Files.writeString(library, "CONTENT");
        assertThat(manifest(directory).damage()).contains("another checksum");
        Files.writeString(library, "short");
        assertThat(manifest(directory).damage()).contains("5 bytes, not 7");
        Files.delete(library);
        assertThat(manifest(directory).damage()).contains("cannot be read");
    }

    @Test
    void unpack_takesLibrariesOnlyAndNeverLeavesTheFolder() throws IOException {
        Path archive = folder.resolve("a.tgz");
        try (OutputStream file = Files.newOutputStream(archive);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(file))) {
            entry(tar, "package/bins/linux-x64/libllama.so", "yes");
            entry(tar, "package/bins/linux-x64/fallback/libggml-cuda.so", "yes");
            entry(tar, "package/bins/linux-x64/llama-addon.node", "no");
            entry(tar, "package/bins/../../../libevil.so", "no");
            entry(tar, "package/dist/index.js", "no");
            TarArchiveEntry link = new TarArchiveEntry("package/bins/linux-x64/liblink.so", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        Path target = Files.createDirectory(folder.resolve("target"));
        assertThat(LibraryArchive.unpack(archive, target)).containsExactly("libllama.so", "libggml-cuda.so");
        assertThat(target).isDirectoryNotContaining("glob:**/*evil*");
        assertThat(folder.resolve("libevil.so")).doesNotExist();
    }

    private static FileManifest manifest(Path directory) {
        return java.util.Objects.requireNonNull(FileManifest.read(directory));
    }

    private NativeLibraries natives(Commands commands) {
        return new NativeLibraries(cache, commands, new NvidiaProbe(root, Map.of()));
    }

    private void file(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
    }

    private static void entry(TarArchiveOutputStream tar, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static HubException refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(HubException.class, call);
    }
}
