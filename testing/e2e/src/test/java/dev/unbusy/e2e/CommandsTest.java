package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents that commands print: every key of the contract, with its type. */
class CommandsTest {
    @RegisterExtension
    static final OwnService SERVICE = new OwnService();

    /** The one document on standard output. */
    private static JsonNode document(String... arguments) throws Exception {
        Command.Result result = SERVICE.home().unbusy(arguments);
        assertThat(result.exitCode()).as(result.standardError()).isZero();
        assertThat(result.standardOutput().strip()).doesNotContain("\n");
        return RunningUnbusy.JSON.readTree(result.standardOutput());
    }

    private static void texts(JsonNode node, String... keys) {
        for (String key : keys) {
            assertThat(node.path(key).isTextual()).as(key + " in " + node).isTrue();
        }
    }

    private static void wholeNumbers(JsonNode node, String... keys) {
        for (String key : keys) {
            assertThat(node.path(key).isIntegralNumber())
                    .as(key + " in " + node)
                    .isTrue();
        }
    }

    private static void numbers(JsonNode node, String... keys) {
        for (String key : keys) {
            assertThat(node.path(key).isNumber()).as(key + " in " + node).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status --json", "--json status"})
    void status_hasTheContractsKeys(String line) throws Exception {
        JsonNode status = document(line.split(" "));
        JsonNode gateway = status.path("gateway");
        texts(gateway, "url");
        wholeNumbers(gateway, "queued", "running");
        assertThat(gateway.path("url").asText()).isEqualTo(SERVICE.unbusy().url());
        assertThat(status.path("workers")).hasSize(1);
        JsonNode worker = status.path("workers").get(0);
        texts(worker, "id", "model", "state", "url");
        wholeNumbers(worker, "pid", "running", "waiting", "kvCellsTotal", "kvCellsFree", "restarts");
        numbers(worker, "tokensPerSecond");
        assertThat(worker.path("state").asText()).isEqualTo("ready");
        assertThat(ProcessHandle.of(worker.path("pid").asLong())).isPresent();
        assertThat(worker.path("kvCellsFree").asLong())
                .isPositive()
                .isLessThanOrEqualTo(worker.path("kvCellsTotal").asLong());
    }

    @Test
    void status_isATableForPeople() throws Exception {
        Command.Result english = SERVICE.home().unbusy("status");
        assertThat(english.standardOutput())
                .contains(SERVICE.unbusy().url())
                .contains("WORKER")
                .contains("ready");
        assertThat(SERVICE.home().unbusy("--lang", "zh", "status").standardOutput())
                .contains("工作进程");
    }

    @Test
    void models_hasTheContractsKeys() throws Exception {
        JsonNode models = document("models", "--json").path("models");
        assertThat(models.isArray()).isTrue();
        boolean starter = false;
        for (JsonNode model : models) {
            texts(model, "id", "file", "quantization", "architecture");
            wholeNumbers(model, "bytes");
            assertThat(Files.size(Path.of(model.path("file").asText())))
                    .isEqualTo(model.path("bytes").asLong());
            starter |= model.path("id").asText().equals("SmolLM2-135M-Instruct");
        }
        assertThat(starter).isTrue();
    }

    @Test
    void models_ofAnEmptyStoreAreNone() throws Exception {
        Command.Result result = Command.unbusy(
                java.util.Map.of("XDG_CACHE_HOME", SERVICE.home().file("empty").toString()), "models", "--json");
        assertThat(result.exitCode()).isZero();
        assertThat(result.standardOutput().strip()).isEqualTo("{\"models\":[]}");
    }

    @Test
    void pull_ofWhatIsThere_printsItAtOnce() throws Exception {
        JsonNode models = document("pull", "smollm2-135m-instruct", "--json").path("models");
        assertThat(models).hasSize(1);
        JsonNode model = models.get(0);
        texts(model, "id", "file", "quantization", "architecture");
        wholeNumbers(model, "bytes");
        assertThat(model.path("id").asText()).isEqualTo("SmolLM2-135M-Instruct");
        assertThat(model.path("architecture").asText()).isEqualTo("llama");
        Command.Result path = SERVICE.home().unbusy("pull", "smollm2-135m-instruct", "--path");
        assertThat(path.standardOutput().strip()).isEqualTo(model.path("file").asText());
        assertThat(path.standardError()).contains("installed already");
    }

    @Test
    void pull_ofAnUnknownName_namesSimilarOnes() throws Exception {
        Command.Result result = SERVICE.home().unbusy("pull", "deepseek-r1-distil-qwen-7b", "--json");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.standardOutput()).isEmpty();
        assertThat(result.standardError())
                .contains("deepseek-r1-distil-qwen-7b")
                .contains("DeepSeek-R1-Distill-Qwen-7B");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "../../etc/passwd", "模型", "ftp://host/x.gguf", "https://user@host/x.gguf"})
    void pull_ofWhatCannotBeAName_isExitCode2(String name) throws Exception {
        Command.Result result = SERVICE.home().unbusy("pull", name);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.standardOutput()).isEmpty();
        assertThat(result.standardError()).contains("does not name a model").contains("org/name");
    }

    @Test
    void bench_hasTheContractsKeysAndLosesNothing() throws Exception {
        JsonNode report = document(
                "bench",
                "--concurrency",
                "2",
                "--requests",
                "4",
                "--input-tokens",
                "40",
                "--output-tokens",
                "8",
                "--json");
        wholeNumbers(report, "requests", "completed", "rejected", "lost");
        for (String key : List.of("ttftMs", "tpotMs", "e2eMs")) {
            numbers(report.path(key), "p50", "p95", "p99");
        }
        numbers(report, "outputTokensPerSecond", "goodputRatio", "prefixHitRatio");
        assertThat(report.has("workerSeconds")).isTrue();
        assertThat(report.path("requests").asInt()).isEqualTo(4);
        assertThat(report.path("completed").asInt()).isEqualTo(4);
        assertThat(report.path("rejected").asInt()).isZero();
        assertThat(report.path("lost").asInt()).isZero();
        assertThat(report.path("outputTokensPerSecond").asDouble()).isPositive();
        assertThat(report.path("e2eMs").path("p50").asDouble())
                .isGreaterThanOrEqualTo(report.path("ttftMs").path("p50").asDouble());
    }

    @Test
    void bench_ofAModelThatIsNotServed_isRefusedBeforeAnythingIsSent() throws Exception {
        Command.Result result = SERVICE.home().unbusy("bench", "--model", "gpt-9", "--requests", "1", "--json");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.standardOutput()).isEmpty();
        assertThat(result.standardError()).contains("gpt-9").contains("SmolLM2-135M-Instruct");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "chat", "bench"})
    void whereNothingRuns_everyCommandThatNeedsAServiceSaysHowToStartOne(String command) throws Exception {
        try (Home empty = new Home()) {
            Command.Result result = empty.unbusy(command, "--json");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.standardOutput()).isEmpty();
            assertThat(result.standardError()).contains("unbusy up");
        }
    }
}
