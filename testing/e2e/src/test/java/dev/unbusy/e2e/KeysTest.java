package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys, limits and usage as a user handles them, with a real worker, and a gateway that is killed. */
class KeysTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init")
    private Home home;

    @SuppressWarnings("NullAway.Init")
    private Path config;

    @BeforeEach
    void begin() throws Exception {
        home = new Home();
        Files.createDirectories(home.file("x"));
        config = home.file("unbusy.yaml");
        Files.writeString(config, yaml());
    }

    @AfterEach
    void end() throws Exception {
        home.close();
    }

    private String yaml() {
        return RunningUnbusy.ONE_THREAD + "ledger: {directory: " + home.file("ledger") + "}\n";
    }

    private RunningUnbusy start(String... arguments) throws Exception {
        return RunningUnbusy.configured(yaml(), home.environment(), arguments);
    }

    private JsonNode json(String... arguments) throws Exception {
        Command.Result result = home.unbusy(arguments);
        assertThat(result.exitCode()).as(result.standardError()).isZero();
        return RunningUnbusy.JSON.readTree(result.standardOutput());
    }

    private static HttpRequest chat(RunningUnbusy unbusy, @Nullable String key, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(unbusy.url() + "/v1/chat/completions"))
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("authorization", "Bearer " + key);
        }
        return request.build();
    }

    @Test
    void anAddressOpenToOthers_needsAKeyFirst_andThenServesWhoeverHasOne() throws Exception {
        String[] open = {"up", "--host", "0.0.0.0", "--port", "0", "--config", config.toString()};
        Command.Result refused = home.unbusy(open);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.standardError()).contains("no API keys yet").contains("unbusy keys create");
        JsonNode made = json("keys", "create", "--tenant", "acme", "--config", config.toString(), "--json");
        String key = made.path("key").asText();
        assertThat(made.path("tenant").asText()).isEqualTo("acme");
        try (RunningUnbusy unbusy = start("--host", "0.0.0.0")) {
            String body = RunningUnbusy.body("Say hello.", 4, false);
            assertThat(unbusy.send(chat(unbusy, null, body)).statusCode()).isEqualTo(401);
            assertThat(unbusy.send(chat(unbusy, key, body)).statusCode()).isEqualTo(200);
            assertThat(json("status", "--json").path("workers"))
                    .as("this user's own commands need none")
                    .hasSize(1);
            home.unbusy("keys", "revoke", made.path("id").asText());
            assertThat(unbusy.send(chat(unbusy, key, body)).statusCode()).isEqualTo(401);
            JsonNode row =
                    json("usage", "--tenant", "acme", "--json").path("rows").path(0);
            assertThat(row.path("outcome").asText()).isEqualTo("completed");
            assertThat(row.path("completionTokens").asInt()).isBetween(1, 4);
            assertThat(row.path("key").asText()).isEqualTo(made.path("id").asText());
        }
        try (var files = Files.walk(home.file("ledger"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(key.substring(16));
            }
        }
    }

    @Test
    void aGatewayKilledInMidStream_losesNoUsage() throws Exception {
        String key;
        try (RunningUnbusy unbusy = start()) {
            key = json("keys", "create", "--tenant", "acme", "--json")
                    .path("key")
                    .asText();
            for (int i = 0; i < 3; i++) {
                assertThat(unbusy.send(chat(unbusy, key, RunningUnbusy.body("Say hello.", 4, false)))
                                .statusCode())
                        .isEqualTo(200);
            }
            HttpResponse<InputStream> stream = unbusy.http()
                    .send(
                            chat(unbusy, key, RunningUnbusy.body("Tell a long story.", 2_000, true)),
                            HttpResponse.BodyHandlers.ofInputStream());
            assertThat(stream.statusCode()).isEqualTo(200);
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
            assertThat(lines.readLine()).startsWith("data: ");
            List<ProcessHandle> family = unbusy.family();
            unbusy.process().destroyForcibly();
            assertThat(unbusy.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            Eventually.until(
                    "the end of the worker", SOON, () -> family.stream().noneMatch(ProcessHandle::isAlive));
        }
        try (RunningUnbusy again = start()) {
            JsonNode rows = json("usage", "--json").path("rows");
            assertThat(rows.findValuesAsText("outcome"))
                    .containsExactly("gateway_lost", "completed", "completed", "completed");
            assertThat(again.send(chat(again, key, RunningUnbusy.body("Say hello.", 4, false)))
                            .statusCode())
                    .as("keys outlive the process")
                    .isEqualTo(200);
            JsonNode day = json("usage", "--days", "--json").path("days").path(0);
            assertThat(day.path("requests").asInt()).isEqualTo(5);
            assertThat(day.path("uncounted").asInt()).isEqualTo(1);
        }
    }
}
