package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.catalog.CatalogModel;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.hub.FakeHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./unbusy up} on a machine that has nothing yet: what it takes, from where, and what it says about it. */
class FirstStartTest {
    private static final String OWN = "someone/Tiny-Model-GGUF";
    private static final String FILE = "Tiny-Model-Q4_1.gguf";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** On one cold cache: the second waits for what the first fetches, and both serve. */
    @Test
    void withoutAHub_twoStartsAtOnce_takeTheStarterModelAndSayWhy_eachInItsLanguage() throws Exception {
        Path cache = Caches.cold(directory);
        Map<String, String> english = Caches.environment(cache, Caches.NOWHERE, "http://127.0.0.1:2");
        Map<String, String> chinese = new HashMap<>(english);
        chinese.put("LC_ALL", "zh_CN.UTF-8");
        CompletableFuture<RunningUnbusy> other = CompletableFuture.supplyAsync(() -> {
            try {
                return RunningUnbusy.up(chinese);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try (RunningUnbusy one = RunningUnbusy.up(english);
                RunningUnbusy two = other.get(120, TimeUnit.SECONDS)) {
            assertThat(one.ask(2).path("choices")).hasSize(1);
            assertThat(two.ask(2).path("choices")).hasSize(1);
            assertThat(one.standardError() + two.standardError())
                    .contains("Model: SmolLM2-135M-Instruct")
                    .contains("Why: No model hub can be reached")
                    .contains("Hugging Face at http://127.0.0.1:1: the connection is refused")
                    .contains("ModelScope at http://127.0.0.1:2: the connection is refused")
                    .contains("模型：SmolLM2-135M-Instruct")
                    .contains("原因：无法连接任何模型仓库")
                    .contains("连接被拒绝")
                    .containsAnyOf("Waiting for another process", "正在等待另一个进程");
        }
    }

    @Test
    void withAHub_theBestDistillForThisMachineIsTaken_alsoWhereTheConnectionBreaksOnTheWay() throws Exception {
        byte[] bytes = Files.readAllBytes(Caches.starterModel());
        try (FakeHub fake = new FakeHub()) {
            for (CatalogModel model : ModelCatalog.load().models()) {
                for (CatalogModel.GgufRepository repository : model.gguf()) {
                    fake.put(repository.repository(), repository.pattern().replace("{quantization}", "Q4_K_M"), bytes);
                }
            }
            fake.then(new FakeHub.Fault.Cut(20_000_000));
            Map<String, String> environment = Caches.environment(
                    Caches.withNatives(directory), fake.endpoint().toString(), Caches.NOWHERE);
            try (RunningUnbusy unbusy = RunningUnbusy.up(environment)) {
                assertThat(unbusy.standardError())
                        .containsPattern("Model: DeepSeek-R1-\\S+ \\(" + directory)
                        .containsPattern("Why: DeepSeek-R1-\\S+ is the most capable DeepSeek distill that fits")
                        .contains("Connection lost");
                assertThat(unbusy.ask(2).path("choices")).hasSize(1);
                assertThat(unbusy.get("/v1/models")
                                .path("data")
                                .get(0)
                                .path("id")
                                .asText())
                        .startsWith("DeepSeek-R1-");
            }
            List<FakeHub.Request> fetched = fake.storageRequests();
            assertThat(fetched).hasSize(2);
            assertThat(fetched.getLast().headers().get("Range")).matches("bytes=[1-9]\\d*-");
        }
    }

    @Test
    void namesOfBothHubs_areFetchedFromTheHubThatTheyName_andServed() throws Exception {
        byte[] bytes = Files.readAllBytes(Caches.starterModel());
        try (FakeHub huggingFace = new FakeHub();
                FakeHub modelScope = new FakeHub()) {
            huggingFace.put(OWN, FILE, bytes);
            modelScope.put("another/Tiny-Model-GGUF", FILE, bytes);
            Map<String, String> environment = Caches.environment(
                    Caches.withNatives(directory),
                    huggingFace.endpoint().toString(),
                    modelScope.endpoint().toString());
            Command.Result pulled = Command.unbusy(environment, "pull", "--json", "modelscope:another/Tiny-Model-GGUF");
            assertThat(pulled.exitCode()).as(pulled.standardError()).isZero();
            assertThat(pulled.standardOutput()).contains("another--Tiny-Model-GGUF");
            assertThat(modelScope.storageRequests()).hasSize(1);
            // A file in a repository, and no such folder here: it is the hub's.
            try (RunningUnbusy unbusy = RunningUnbusy.up(environment, OWN + "/" + FILE)) {
                assertThat(unbusy.ask(2).path("choices")).hasSize(1);
            }
            assertThat(huggingFace.storageRequests()).hasSize(1);
        }
    }

    @Test
    void aNameThatNoHubHas_isExitCode1WithNamesThatAreThere() throws Exception {
        try (FakeHub fake = new FakeHub()) {
            Map<String, String> environment = Caches.environment(
                    Caches.withNatives(directory), fake.endpoint().toString(), Caches.NOWHERE);
            Command.Result result =
                    Command.unbusy(environment, "up", "deepseek-ai/DeepSeek-R1-Distil-Qwen-7B", "--port", "0");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.standardError())
                    .contains("DeepSeek-R1-Distill-Qwen-7B")
                    .contains("What to do");
        }
    }
}
