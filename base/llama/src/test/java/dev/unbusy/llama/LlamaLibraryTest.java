package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaLibraryTest {
    @TempDir
    Path copy;

    @Test
    void load_tellsWhatItPicked() {
        Backends backends = Natives.library().backends();
        assertThat(backends.version()).startsWith("0.5.0");
        assertThat(backends.systemInfo()).contains("CPU");
        assertThat(backends.devices()).anySatisfy(d -> {
            assertThat(d.kind()).isEqualTo(Device.Kind.CPU);
            assertThat(d.totalBytes()).isGreaterThan(1L << 28);
        });
        if (Files.isReadable(Path.of("/proc/self/maps"))) {
            assertThat(Natives.directory().resolve("libggml-cpu-" + backends.cpuVariant() + ".so"))
                    .exists();
        }
    }

    @Test
    void load_aSecondTime_givesTheSameLibrary() {
        assertThat(LlamaLibrary.load(Natives.directory())).isSameAs(Natives.library());
    }

    @Test
    void load_ofAnotherDirectory_isRefusedBecauseTheDeviceListIsGlobal() throws IOException {
        Natives.library();
        copyNatives();
        assertThatIllegalStateException()
                .isThrownBy(() -> LlamaLibrary.load(copy))
                .withMessageContaining(copy.getFileName().toString());
    }

    @Test
    void load_withTheRightChecksums_works() throws Exception {
        Map<String, String> pinned = checksumsOf(Natives.directory());
        LibraryFiles.find(Natives.directory()).verify(pinned);
    }

    @Test
    void open_whenAChecksumDiffers_refusesBeforeLoading() throws IOException {
        Map<String, String> pinned = checksumsOf(Natives.directory());
        pinned.replaceAll((file, sum) -> file.startsWith("libggml-base") ? "0".repeat(64) : sum);
        assertRefused(
                () -> LlamaLibrary.open(LibraryFiles.find(Natives.directory()), pinned),
                "library-checksum-differs",
                "libggml-base");
    }

    @Test
    void load_whenALibraryIsCutShort_isRefused() throws IOException {
        copyNatives();
        Path llama = LibraryFiles.find(copy).llama();
        byte[] bytes = Files.readAllBytes(llama);
        Files.write(llama, Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused(() -> LlamaLibrary.load(copy), "library-file-broken", "libllama");
    }

    @Test
    void open_whenTheLinkerRefuses_givesTheLinkersReason() throws IOException {
        copyNatives();
        LibraryFiles files = LibraryFiles.find(copy);
        Files.write(files.llama(), TinyElf.bytes());
        assertRefused(() -> LlamaLibrary.open(files, Map.of()), "library-cannot-load", "ET_DYN");
    }

    @Test
    void open_whenFunctionsAreMissing_namesThem() throws IOException {
        copyNatives();
        LibraryFiles files = LibraryFiles.find(copy);
        Files.copy(files.ggml(), files.llama(), StandardCopyOption.REPLACE_EXISTING);
        assertRefused(() -> LlamaLibrary.open(files, Map.of()), "library-symbol-missing", "llama_backend_init");
    }

    @Test
    void load_whenNoCpuVariantLiesBeside_isRefusedInsteadOfAborting() throws Exception {
        copyNatives();
        try (var files = Files.list(copy)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("libggml-cpu"))
                    .toList()) {
                Files.delete(file);
            }
        }
        FreshJvm.Result result = FreshJvm.run(LoadInFreshJvm.class, copy.toString());
        assertThat(result.output()).contains("refused library-no-cpu-backend");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void load_whenTheBestCpuVariantIsMissing_takesTheNextBest() throws Exception {
        copyNatives();
        String picked = Natives.library().backends().cpuVariant();
        Files.delete(copy.resolve("libggml-cpu-" + picked + ".so"));
        FreshJvm.Result result = FreshJvm.run(LoadInFreshJvm.class, copy.toString());
        assertThat(result.output()).contains("loaded ").doesNotContain("loaded " + picked);
        assertThat(result.exitCode()).isZero();
    }

    private static void assertRefused(ThrowingCallable call, String code, String named) {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .withMessageContaining(named);
    }

    private void copyNatives() throws IOException {
        try (var files = Files.list(Natives.directory())) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("lib(ggml|llama).*\\.(so|dylib)"))
                    .toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
    }

    private static Map<String, String> checksumsOf(Path directory) throws IOException {
        Map<String, String> result = new HashMap<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches(".*\\.(so|dylib)"))
                    .toList()) {
                result.put(file.getFileName().toString(), LibraryFiles.sha256(file));
            }
        }
        return result;
    }
}
