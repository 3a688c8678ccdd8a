package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Pulls of one small model from a {@link FakeHub}. */
abstract class TinyModelRig {
    static final String REPOSITORY = "org/tiny-GGUF";
    static final String FILE = "tiny-Q4_K_M.gguf";
    static final byte[] MODEL = HubRig.gguf(300_000, 1);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    HubRig rig;

    @BeforeEach
    void start() {
        rig = new HubRig(folder, Map.of("HF_TOKEN", HubRig.TOKEN));
        rig.fake.put(REPOSITORY, FILE, MODEL);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    HubException refused(String name) {
        HubException e = catchThrowableOfType(HubException.class, () -> rig.pull(name));
        assertThat(e).as("pull of %s", name).isNotNull();
        return e;
    }

    List<String> leftovers() {
        try (Stream<Path> walk = Files.walk(rig.cache.models())) {
            return walk.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.contains(".part") || name.startsWith(TemporaryDirectory.PREFIX))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static String sha256(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(Digests.sha256().digest(bytes));
    }
}
