package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.catalog.HostFacts;
import dev.unbusy.catalog.MemoryBandwidth;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelProviderTest {
    private static final String SMALL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";

    @TempDir
    Path folder;

    private HubRig rig;
    private double bytesPerSecond = 12e9; // enough for the 1.5B only

    @BeforeEach
    void start() {
        rig = new HubRig(folder, Map.of());
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void provide_withAModelInstalled_asksNoHub() throws IOException {
        install(SMALL, "small.gguf");
        ProvidedModel provided = provider(() -> {
                    throw new AssertionError("asked the network");
                })
                .provide(null, rig.progress);
        assertThat(provided.model().id()).isEqualTo(SMALL);
        assertThat(rig.fake.requests).isEmpty();
    }

    @Test
    void provide_withAFilePutThereByHand_prefersItToTheStarter() throws IOException {
        Files.write(rig.cache.models().resolve("own.gguf"), HubRig.gguf(64, 1));
        install(rig.catalog.starter().id(), "starter.gguf");
        assertThat(provider(() -> rig.reachable)
                        .provide(null, rig.progress)
                        .model()
                        .id())
                .isEqualTo("own");
    }

    @Test
    void provide_onAFreshMachineWithAHub_fetchesTheDistillChosen() {
        putSmall();
        ProvidedModel provided = provider(() -> rig.reachable).provide(null, rig.progress);
        assertThat(provided.model().id()).isEqualTo(SMALL);
        assertThat(provided.reason().en()).contains("1.5B is the most capable");
        assertThat(provided.rejected()).hasSize(6);
    }

    @Test
    void provide_whereTheHubLacksTheBest_fetchesTheNextBestThatItHas() {
        bytesPerSecond = 400e9;
        putSmall();
        ProvidedModel provided = provider(() -> rig.reachable).provide(null, rig.progress);
        assertThat(provided.model().id()).isEqualTo(SMALL);
        assertThat(provided.rejected())
                .extracting(Text::en)
                .anyMatch(text -> text.startsWith("DeepSeek-R1-Distill-Qwen-14B: Hugging Face does not have"));
    }

    @Test
    void provide_whereTheDiskIsTooSmallForTheBest_fetchesASmallerOne() {
        bytesPerSecond = 400e9;
        rig.space = directory -> 2_000_000_000;
        putSmall();
        ProvidedModel provided = provider(() -> rig.reachable).provide(null, rig.progress);
        assertThat(provided.model().id()).isEqualTo(SMALL);
        assertThat(provided.rejected()).extracting(Text::en).anyMatch(text -> text.contains("on the disk"));
    }

    @Test
    void provide_countsWhatHasBeenFetchedAlreadyAsRoom() throws IOException {
        rig.space = directory -> 500_000_000; // the model takes 1.1 GB
        putSmall();
        Path part = rig.modelFile(
                "unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF", "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf.part");
        Files.createDirectories(part.getParent());
        try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
            file.setLength(900_000_000); // sparse
        }
        assertThat(provider(() -> rig.reachable)
                        .provide(null, rig.progress)
                        .model()
                        .id())
                .isEqualTo(SMALL);
    }

    @Test
    void provide_whereTheHubRefusesEverything_fallsBackToTheStarter() {
        rig.fake.neededToken = "another";
        assertThat(starterTried().en()).contains("starter model");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void provide_whereTheHubAnswersWithErrors_fallsBackToTheStarterSoon(int status) {
        putSmall();
        rig.fake.hubStatus = status;
        assertThat(starterTried().en()).contains("starter model");
        // Both hubs, as often as this rig's configuration says, and no repository of a hub that is busy twice.
        assertThat(rig.fake.requests).hasSizeLessThanOrEqualTo(4 * 4);
    }

    @Test
    void provide_fromAnEmptyHub_asksForEachModelOnce() {
        bytesPerSecond = 400e9;
        assertThat(starterTried().en()).contains("starter model");
        assertThat(rig.fake.requests)
                .extracting(request -> request.path())
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(4);
    }

    @Test
    void provide_whenTheHubLacksTheModel_fallsBackToTheStarter() {
        assertThat(starterTried().en()).contains("starter model");
    }

    @Test
    void provide_withoutAHub_takesTheStarterAndSaysWhy() throws IOException {
        install(rig.catalog.starter().id(), "starter.gguf");
        rig.reachable = new HubReachability(false, false, Text.of("nothing answers", "均无应答"));
        ProvidedModel provided = provider(() -> rig.reachable).provide(null, rig.progress);
        assertThat(provided.model().id()).isEqualTo(rig.catalog.starter().id());
        assertThat(provided.reason().en()).contains("unbusy pull");
    }

    @Test
    void provide_ofANamedModelThatIsInstalled_asksNoHub() throws IOException {
        install(SMALL, "small.gguf");
        assertThat(provider(() -> {
                            throw new AssertionError("asked the network");
                        })
                        .provide("r1-1.5b", rig.progress)
                        .model()
                        .id())
                .isEqualTo(SMALL);
    }

    private ModelProvider provider(Supplier<HubReachability> reachability) {
        Bytes memory = Bytes.gibi(16);
        HostFacts facts =
                new HostFacts(2, 2, null, memory, memory, null, new MemoryBandwidth(bytesPerSecond, "test"), List.of());
        StarterModel starter = new StarterModel(
                rig.cache,
                rig.store,
                rig.catalog,
                (command, directory, limit) -> new Commands.Result(1, "not in this test"),
                Pause.REAL);
        return new ModelProvider(
                rig.store,
                rig.catalog,
                rig.puller(),
                rig.puller(),
                starter,
                rig.space,
                reachability,
                () -> facts,
                () -> facts);
    }

    private void putSmall() {
        rig.fake.put(
                "unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF",
                "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf",
                HubRig.gguf(64, 1));
    }

    /** The starter's package manager fails in this rig, which shows that it was tried. */
    private Text starterTried() {
        HubException e = catchThrowableOfType(
                HubException.class, () -> provider(() -> rig.reachable).provide(null, rig.progress));
        assertThat(e.code()).isEqualTo("fetch-failed");
        return e.text();
    }

    private void install(String id, String name) throws IOException {
        Path file = Files.write(rig.cache.models().resolve(name), HubRig.gguf(64, 1));
        ModelManifest.write(new InstalledModel(
                id, file, List.of(file), Files.size(file), "Q4_K_M", "qwen2", "file", null, null, Instant.EPOCH));
    }
}
