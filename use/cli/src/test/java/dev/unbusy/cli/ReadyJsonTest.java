package dev.unbusy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.hub.Backend;
import dev.unbusy.hub.NativeDirectory;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadyJsonTest {
    private static final NativeDirectory NATIVES = new NativeDirectory(
            Path.of("/cache/natives"), Backend.CPU, "@node-llama-cpp/linux-x64@3.22.1", "v0.5.0", Map.of(), List.of());

    private static final ModelWish.Chosen MODEL = new ModelWish.Chosen(
            "Tiny",
            List.of("org/Tiny", "unbusy"),
            Path.of("/模型/a \"b\".gguf"),
            2048,
            Text.of("It fits.", "可以容纳。"),
            List.of(Text.of("Big: too big", "Big：太大")));

    @Test
    void ofAService_isOneLineWithTheKeysOfStatus() throws Exception {
        WorkerStatus ready = WorkerStatus.of("worker-1", WorkerStatus.State.READY, "");
        WorkerStatus loading = WorkerStatus.of("worker-2", WorkerStatus.State.LOADING, "");
        String line = ReadyJson.of("http://127.0.0.1:8080", 42, MODEL, NATIVES, List.of(ready, loading));
        assertThat(line).doesNotContain("\n");
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("gateway").path("url").asText()).isEqualTo("http://127.0.0.1:8080");
        assertThat(json.path("gateway").path("pid").asLong()).isEqualTo(42);
        assertThat(json.path("model").path("file").asText()).isEqualTo("/模型/a \"b\".gguf");
        assertThat(json.path("model").path("aliases")).hasSize(2);
        assertThat(json.path("model").path("reason").asText()).isEqualTo("It fits.");
        assertThat(json.path("model").path("notTaken").get(0).asText()).isEqualTo("Big: too big");
        assertThat(json.path("natives").path("backend").asText()).isEqualTo("cpu");
        assertThat(json.path("workers").findValuesAsText("state")).containsExactly("ready", "loading");
    }

    @Test
    void ofTheNatives_namesTheirDirectory() throws Exception {
        JsonNode json = new ObjectMapper().readTree(ReadyJson.of(NATIVES));
        assertThat(json.path("path").asText()).isEqualTo("/cache/natives");
        assertThat(json.path("release").asText()).isEqualTo("v0.5.0");
    }
}
