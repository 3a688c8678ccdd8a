package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code unbusy chat} fed by a pipe, with a real model behind it. */
class ChatPipedTest {
    @RegisterExtension
    static final OwnService SERVICE = new OwnService();

    @Test
    void eachLineIsATurn_andTheNextKnowsOfIt() throws Exception {
        Command.Result result = SERVICE.home()
                .fed("My name is Ada.\nWhat is my name?\n/clear\nHi\n", "chat", "--json", "--max-tokens", "8");
        assertThat(result.exitCode()).as(result.standardError()).isZero();
        JsonNode document = RunningUnbusy.JSON.readTree(result.standardOutput());
        assertThat(document.path("url").asText()).isEqualTo(SERVICE.unbusy().url());
        assertThat(document.path("model").asText()).isEqualTo("SmolLM2-135M-Instruct");
        JsonNode turns = document.path("turns");
        assertThat(turns).hasSize(3);
        turns.forEach(turn -> {
            assertThat(turn.path("outcome").asText()).isEqualTo("complete");
            assertThat(turn.path("assistant").asText()).isNotBlank();
            assertThat(turn.path("completionTokens").asInt()).isBetween(1, 8);
        });
        int first = turns.get(0).path("promptTokens").asInt();
        assertThat(turns.get(1).path("promptTokens").asInt())
                .as("the second question stands behind the first turn")
                .isGreaterThan(first + turns.get(0).path("completionTokens").asInt());
        assertThat(turns.get(2).path("promptTokens").asInt())
                .as("after /clear nothing stands before it")
                .isLessThan(first);
    }

    @Test
    void withoutJson_onlyAnswersStandOnStandardOutput() throws Exception {
        Command.Result result = SERVICE.home().fed("Hi\n", "chat", "--max-tokens", "4");
        assertThat(result.exitCode()).isZero();
        assertThat(result.standardOutput()).isNotBlank().doesNotContain("SmolLM2", "limit of tokens", "\u001b");
        assertThat(result.standardError())
                .contains("SmolLM2-135M-Instruct at " + SERVICE.unbusy().url());
    }

    @Test
    void anAlias_isAnsweredByTheModelThatItMeans() throws Exception {
        Command.Result result = SERVICE.home().fed("Hi\n", "chat", "unbusy", "--json", "--max-tokens", "2");
        assertThat(RunningUnbusy.JSON
                        .readTree(result.standardOutput())
                        .path("model")
                        .asText())
                .isEqualTo("SmolLM2-135M-Instruct");
    }

    @Test
    void anUnknownModel_isRefusedWithThoseThatThereAre() throws Exception {
        Command.Result result = SERVICE.home().fed("Hi\n", "chat", "gpt-9", "--json");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.standardOutput()).isEmpty();
        assertThat(result.standardError()).contains("gpt-9").contains("SmolLM2-135M-Instruct");
    }

    @Test
    void aQuestionBeyondTheContext_isSaidWithTheNumbersAndTheNextIsAnswered() throws Exception {
        Command.Result result =
                SERVICE.home().fed("word ".repeat(20_000) + "\nHi\n", "chat", "--json", "--max-tokens", "2");
        assertThat(result.exitCode()).isEqualTo(1);
        JsonNode turns = RunningUnbusy.JSON.readTree(result.standardOutput()).path("turns");
        assertThat(turns.get(0).path("error").asText()).contains("400").contains("context");
        assertThat(turns.get(1).path("outcome").asText()).isEqualTo("complete");
    }

    @Test
    void whereNothingRuns_itSaysHowToStart() throws Exception {
        try (Home empty = new Home()) {
            Command.Result result = empty.fed("Hi\n", "chat", "--json");
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.standardOutput()).isEmpty();
            assertThat(result.standardError()).contains("unbusy up").contains("--url");
        }
    }

    @Test
    void theServiceGoneInMidAnswer_isSaidAndWhatCameIsKept() throws Exception {
        try (Home own = new Home();
                RunningUnbusy service = own.start()) {
            ProcessBuilder builder = new ProcessBuilder(RunningUnbusy.launcher(), "chat");
            builder.environment().putAll(own.environment());
            Process chat = builder.start();
            try {
                chat.getOutputStream().write("Tell a very long story about the sea.\nAnd another.\n".getBytes(UTF_8));
                chat.getOutputStream().flush();
                int letter = chat.getInputStream().read();
                assertThat(letter).isPositive();
                RunningUnbusy.signal("KILL", service.process().pid());
                assertThat(chat.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(chat.exitValue()).isEqualTo(1);
                String said = rest(chat.errorReader(UTF_8));
                assertThat(said).contains("The answer was cut off").contains("does not answer");
                assertThat(rest(chat.inputReader(UTF_8))).endsWith("\n");
            } finally {
                chat.descendants().forEach(ProcessHandle::destroyForcibly);
                chat.destroyForcibly();
            }
        }
    }

    @Test
    void aChatThatIsKilled_stopsItsAnswer() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(RunningUnbusy.launcher(), "chat");
        builder.environment().putAll(SERVICE.home().environment());
        Process chat = builder.start();
        try {
            chat.getOutputStream().write("Tell a very long story about the sea.\n".getBytes(UTF_8));
            chat.getOutputStream().flush();
            assertThat(chat.getInputStream().read()).isPositive();
        } finally {
            chat.destroy();
        }
        Eventually.until(
                "the end of the work",
                Duration.ofSeconds(2),
                () -> SERVICE.unbusy().worker().path("running").asInt() == 0);
    }

    private static String rest(BufferedReader reader) throws IOException {
        return String.join("\n", reader.lines().toList()) + "\n";
    }
}
