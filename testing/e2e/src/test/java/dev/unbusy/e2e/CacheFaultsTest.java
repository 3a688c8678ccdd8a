package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.hub.FakeHub;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache directory that is full, or holds what it should not: each is named with the fix, or repaired. */
class CacheFaultsTest {
    private static final String MODEL = "someone/Tiny-Model-GGUF";
    private static final String FILE = "Tiny-Model-Q4_1.gguf";

    /** Three pulls on a disk of 160 MB: one that is too full beforehand, one that it fills up under, one with room. */
    private static final String SCRIPT = """
            mount -t tmpfs -o size=160m tmpfs "$1" && mkdir "$1/other"
            head -c 120000000 /dev/zero >"$1/other/filler"
            "$2" pull "$3"; echo "too full $?"
            rm "$1/other/filler"
            "$2" pull "$3"; echo "filled up $?"
            stat -c %s "$1"/unbusy/models/*/*.part
            read -r _
            "$2" pull "$3"; echo "room $?"
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aFullDisk_isSaidBeforeOrInTheMiddle_andThePullGoesOnOnceThereIsRoom() throws Exception {
        byte[] bytes = Files.readAllBytes(Caches.starterModel());
        try (FakeHub fake = new FakeHub()) {
            fake.put(MODEL, FILE, bytes);
            FakeHub.Fault.Wait wait = new FakeHub.Fault.Wait(40_000_000);
            fake.then(wait);
            Path disk = Files.createDirectory(directory.resolve("disk"));
            Map<String, String> environment =
                    Caches.environment(disk, fake.endpoint().toString(), Caches.NOWHERE);
            try (Namespaces small = Namespaces.run(
                    "--mount",
                    "mount -t tmpfs tmpfs /mnt",
                    environment,
                    SCRIPT,
                    disk.toString(),
                    RunningUnbusy.launcher(),
                    MODEL)) {
                assertThat(small.line()).as(small.standardError()).isEqualTo("too full 1");
                assertThat(small.standardError())
                        .contains("There is too little room in " + disk)
                        .contains("are needed")
                        .contains("are free")
                        .contains("XDG_CACHE_HOME");
                assertThat(fake.storageRequests()).isEmpty();

                assertThat(wait.reached().await(60, TimeUnit.SECONDS)).isTrue();
                Path filler = small.inside(disk.resolve("other/filler"));
                fill(filler);
                wait.go().countDown();
                assertThat(small.line()).as(small.standardError()).isEqualTo("filled up 1");
                assertThat(small.standardError())
                        .contains("The disk of " + disk)
                        .contains("is full")
                        .contains(bytes.length + " bytes")
                        .contains("goes on where it stopped");
                assertThat(Long.parseLong(small.line())).as("what was kept").isGreaterThan(1_000_000);

                Files.delete(filler);
                small.go();
                assertThat(small.line()).as(small.standardError()).isEqualTo("room 0");
            }
            assertThat(fake.storageRequests().getLast().headers().get("Range")).matches("bytes=[1-9]\\d*-");
        }
    }

    /** To the last byte. */
    private static void fill(Path file) throws Exception {
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(file)) {
            IOException full = catchThrowableOfType(IOException.class, () -> {
                while (true) {
                    out.write(block);
                }
            });
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    @Test
    void nativeLibrariesThatAreDamagedOrHaveCompany_areFetchedAgain() throws Exception {
        Path cache = Caches.withNatives(directory);
        Path natives = cache.resolve("unbusy/natives")
                .resolve(Path.of(RunningUnbusy.property("unbusy.test.natives")).getFileName());
        Path damaged = natives.resolve("libggml-base.so");
        byte[] whole = Files.readAllBytes(damaged);
        Files.delete(damaged); // it is a link
        Files.write(damaged, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThat(natives(cache).exitCode()).isZero();
        assertThat(Files.size(damaged)).isEqualTo(whole.length);

        Path foreign = Files.write(natives.resolve("libggml-foreign.so"), whole);
        assertThat(natives(cache).exitCode()).isZero();
        assertThat(foreign).doesNotExist();
        assertThat(damaged).exists();
    }

    private static Command.Result natives(Path cache) throws Exception {
        return Command.unbusy(Caches.environment(cache, Caches.NOWHERE, Caches.NOWHERE), "natives");
    }

    @Test
    void nativeLibrariesThatCannotBeUsed_areNamedWithTheFix() throws Exception {
        assertThat(worker(directory.resolve("absent"))).contains("No directory of native libraries");

        Path cut = copyOfNatives("cut");
        try (RandomAccessFile file =
                new RandomAccessFile(cut.resolve("libggml-base.so").toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        assertThat(worker(cut)).contains("libggml-base.so").contains("cut short");

        Path other = copyOfNatives("other");
        try (RandomAccessFile file =
                new RandomAccessFile(other.resolve("libggml-base.so").toFile(), "rw")) {
            file.seek(18); // e_machine of the ELF header
            file.write(243); // RISC-V
        }
        assertThat(worker(other)).contains("libggml-base.so").contains("another CPU");

        Path mixed = copyOfNatives("mixed");
        Files.delete(mixed.resolve("libllama.v0.5.0.so"));
        Files.copy(mixed.resolve("libggml-base.so"), mixed.resolve("libllama.v0.5.0.so"));
        assertThat(worker(mixed)).contains("llama");
    }

    /** What is said of a worker with these libraries, which must not start. */
    private static String worker(Path natives) throws Exception {
        Command.Result result = Command.unbusy(
                "worker",
                "--natives",
                natives.toString(),
                "--model",
                Caches.starterModel().toString());
        assertThat(result.exitCode()).as(result.standardError()).isEqualTo(1);
        assertThat(result.standardError()).contains("What to do: ").doesNotContain("defect");
        return result.standardError();
    }

    private Path copyOfNatives(String name) throws Exception {
        Path copy = Files.createDirectory(directory.resolve(name));
        Caches.link(Path.of(RunningUnbusy.property("unbusy.test.natives")), copy);
        Path own = copy.resolve("libggml-base.so");
        byte[] bytes = Files.readAllBytes(own);
        Files.delete(own);
        Files.write(own, bytes);
        return copy;
    }
}
