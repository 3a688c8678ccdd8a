package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFilesTest {
    private static final byte[] ELF = TinyElf.bytes();

    @TempDir
    Path directory;

    @Test
    void find_namesTheThreeLibrariesAndIgnoresTheirNeighbours() throws IOException {
        writeAll();
        write("libllama-common.so", ELF);
        write("libggml-cpu-zen4.so", ELF);
        write("llama-addon.node", ELF);
        LibraryFiles files = LibraryFiles.find(directory);
        assertThat(files.llama().getFileName()).hasToString("libllama.v0.5.0.so");
        assertThat(files.ggml().getFileName()).hasToString("libggml.v0.5.0.so");
        assertThat(files.ggmlBase().getFileName()).hasToString("libggml-base.so");
    }

    @Test
    void find_takesTheNamesOfMacOsToo() throws IOException {
        byte[] machO = {(byte) 0xcf, (byte) 0xfa, (byte) 0xed, (byte) 0xfe, 0, 0};
        for (String name : new String[] {"libllama.0.dylib", "libggml.dylib", "libggml-base.dylib"}) {
            write(name, machO);
        }
        assertThat(LibraryFiles.find(directory).llama().getFileName()).hasToString("libllama.0.dylib");
    }

    @Test
    void find_whenTheDirectoryIsMissing_namesIt() {
        assertRefused("library-directory-missing", directory.resolve("nowhere"), "nowhere");
    }

    @Test
    void find_whenOneLibraryIsMissing_namesIt() throws IOException {
        writeAll();
        Files.delete(directory.resolve("libggml-base.so"));
        assertRefused("library-file-missing", directory, "libggml-base.so");
    }

    @Test
    void find_whenALibraryIsATextFile_saysSo() throws IOException {
        writeAll();
        write("libllama.v0.5.0.so", "<html>404 not found</html>".getBytes(StandardCharsets.UTF_8));
        assertRefused("library-file-broken", directory, "libllama.v0.5.0.so");
    }

    @Test
    void find_whenALibraryIsEmpty_saysSo() throws IOException {
        writeAll();
        write("libggml.v0.5.0.so", new byte[0]);
        assertRefused("library-file-broken", directory, "libggml.v0.5.0.so");
    }

    @Test
    void find_whenADownloadWasCutOff_saysSoBecauseTheLinkerWouldEndTheProcessWithSigbus() throws IOException {
        for (int length : new int[] {3, 4, 63, 64, 100, TinyElf.BYTES - 1}) {
            writeAll();
            write("libggml-cpu-zen4.so", Arrays.copyOf(ELF, length));
            assertRefused("library-file-broken", directory, "libggml-cpu-zen4.so");
        }
    }

    @Test
    void find_whenALibraryIsForAnotherCpu_saysSoWhereTheLinkerSaysNoSuchFile() throws IOException {
        writeAll();
        short powerPc = 21;
        write("libllama.v0.5.0.so", TinyElf.bytes(powerPc));
        assertRefused("library-for-another-cpu", directory, "libllama.v0.5.0.so");
    }

    @Test
    void isWhole_ofAnyHeader_answersWithoutFailing() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path file = directory.resolve("fuzzed.so");
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = ELF.clone();
            for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                bytes[4 + random.nextInt(116)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            assertThatCode(() -> SharedLibrary.isWhole(file))
                    .as("seed %d, round %d", seed, i)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void find_whenTwoVersionsLieTogether_refusesToGuess() throws IOException {
        writeAll();
        write("libllama.so", ELF);
        assertRefused("library-ambiguous", directory, "libllama.v0.5.0.so");
    }

    @Test
    void verify_passesWhenEveryChecksumIsRight() throws IOException {
        writeAll();
        LibraryFiles.find(directory).verify(checksums());
    }

    @Test
    void verify_whenOneByteDiffers_namesTheFile() throws IOException {
        writeAll();
        Map<String, String> pinned = checksums();
        byte[] changed = ELF.clone();
        changed[ELF.length - 1] ^= 1;
        write("libggml-base.so", changed);
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LibraryFiles.find(directory).verify(pinned))
                .satisfies(e -> assertThat(e.code()).isEqualTo("library-checksum-differs"))
                .withMessageContaining("libggml-base.so")
                .withMessageContaining(pinned.get("libggml-base.so"));
    }

    @Test
    void verify_whenAPinnedFileIsMissing_namesIt() throws IOException {
        writeAll();
        Map<String, String> pinned = checksums();
        pinned.put("libggml-cpu-zen4.so", "00");
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LibraryFiles.find(directory).verify(pinned))
                .satisfies(e -> assertThat(e.code()).isEqualTo("library-file-missing"))
                .withMessageContaining("libggml-cpu-zen4.so");
    }

    @Test
    void verify_refusesALibraryThatIsNotPinned_becauseGgmlWouldOpenIt() throws IOException {
        writeAll();
        Map<String, String> pinned = checksums();
        write("libggml-cpu-evil.so", ELF);
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LibraryFiles.find(directory).verify(pinned))
                .satisfies(e -> assertThat(e.code()).isEqualTo("library-file-unknown"))
                .withMessageContaining("libggml-cpu-evil.so");
    }

    private void assertRefused(String code, Path where, String named) {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LibraryFiles.find(where))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.text().zh()).contains(named);
                    assertThat(e.remedy().en()).isNotBlank();
                })
                .withMessageContaining(named);
    }

    private void writeAll() throws IOException {
        for (String name : new String[] {"libllama.v0.5.0.so", "libggml.v0.5.0.so", "libggml-base.so"}) {
            write(name, ELF);
        }
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    private Map<String, String> checksums() throws IOException {
        Map<String, String> result = new HashMap<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                result.put(file.getFileName().toString(), LibraryFiles.sha256(file));
            }
        }
        return result;
    }
}
