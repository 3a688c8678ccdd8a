package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.catalog.HostFacts;
import dev.unbusy.catalog.MemoryBandwidth;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
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

class ModelProviderTest {
    private static final String SMALL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";

    @TempDir
    Path folder;

    private HubRig rig;

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
        rig.fake.put(
                "unsloth/DeepSeek-R1-Distill-Qwen-1.5B-GGUF",
                "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf",
                HubRig.gguf(64, 1));
        ProvidedModel provided = provider(() -> rig.reachable).provide(null, rig.progress);
        assertThat(provided.model().id()).isEqualTo(SMALL);
        assertThat(provided.reason().en()).contains("1.5B is the most capable");
        assertThat(provided.rejected()).hasSize(6);
    }

    @Test
    void provide_whenTheHubLacksTheModel_fallsBackToTheStarter() throws IOException {
        // Nothing is on the fake hub; the starter's package manager fails in this rig, which shows that it was tried.
        HubException e = catchThrowableOfType(
                HubException.class, () -> provider(() -> rig.reachable).provide(null, rig.progress));
        assertThat(e.code()).isEqualTo("fetch-failed");
        assertThat(e.text().en()).contains("starter model");
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
        HostFacts facts = new HostFacts(2, 2, null, memory, memory, null, new MemoryBandwidth(12e9, "test"), List.of());
        StarterModel starter = new StarterModel(
                rig.cache,
                rig.store,
                rig.catalog,
                (command, directory, limit) -> new Commands.Result(1, "not in this test"),
                Pause.REAL);
        return new ModelProvider(rig.store, rig.catalog, rig.puller(), starter, reachability, () -> facts, () -> facts);
    }

    private void install(String id, String name) throws IOException {
        Path file = Files.write(rig.cache.models().resolve(name), HubRig.gguf(64, 1));
        ModelManifest.write(new InstalledModel(
                id, file, List.of(file), Files.size(file), "Q4_K_M", "qwen2", "file", null, null, Instant.EPOCH));
    }
}
