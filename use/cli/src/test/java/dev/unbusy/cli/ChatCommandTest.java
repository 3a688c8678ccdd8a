package dev.unbusy.cli;

import static dev.unbusy.cli.ServerStub.delta;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code chat} fed by a pipe, against a server whose answers are known to the letter. */
class ChatCommandTest {
    private static final String USAGE =
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"prompt_cache_hit_tokens\":2,"
                    + "\"completion_tokens_details\":{\"reasoning_tokens\":3}}}";
    private static final String STOP = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";
    private static final String DONE = "[DONE]";

    @SuppressWarnings("NullAway.Init")
    private ServerStub server;

    @BeforeEach
    void start() throws IOException {
        server = new ServerStub();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Run chat(String input, String... options) {
        return chat(Set.of(), input, options);
    }

    private Run chat(Set<StandardStream> terminals, String input, String... options) {
        List<String> arguments = new ArrayList<>(List.of("chat", "--url", server.url()));
        arguments.addAll(List.of(options));
        return Run.with(terminals, input, arguments.toArray(String[]::new));
    }

    private static Set<StandardStream> screens() {
        return EnumSet.of(StandardStream.OUTPUT, StandardStream.ERROR);
    }

    @Test
    void theTurnsSoFar_areSentWithTheNext_thoughtsAreNot() {
        server.will(delta("reasoning_content", "hm"), delta("content", "4"), STOP, DONE)
                .will(delta("content", "8"), STOP, DONE);
        Run run = chat("2+2?\nTwice that?\n", "--system", "Be brief.", "--max-tokens", "7");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("4\n8\n");
        assertThat(server.questions().get(1).path("messages"))
                .hasToString(
                        "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"2+2?\"},"
                                + "{\"role\":\"assistant\",\"content\":\"4\"},{\"role\":\"user\",\"content\":\"Twice that?\"}]");
        assertThat(server.questions().get(1).path("max_tokens").asInt()).isEqualTo(7);
        assertThat(server.questions().get(1).path("model").asText()).isEqualTo("stub");
    }

    @Test
    void clear_forgetsTheTurnsButNotTheSystemMessage() {
        server.will(delta("content", "a"), DONE).will(delta("content", "b"), DONE);
        chat("one\n/clear\ntwo\n", "--system", "S");
        assertThat(server.questions().get(1).path("messages"))
                .hasToString("[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"two\"}]");
    }

    @Test
    void aTurnThatFails_leavesNoTraceAndTheExitCodeTells() {
        server.will(delta("content", "half an ans")).will(delta("content", "b"), DONE);
        Run run = chat("one\ntwo\n");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEqualTo("half an ans\nb\n");
        assertThat(run.err()).contains("cut off");
        assertThat(server.questions().get(1).path("messages")).hasToString("[{\"role\":\"user\",\"content\":\"two\"}]");
    }

    @Test
    void anErrorInMidStream_isSaidInItsOwnWords() {
        server.will(delta("content", "begin"), "{\"error\":{\"message\":\"the worker was lost\"}}", DONE);
        Run run = chat("one\n");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("the worker was lost");
    }

    @Test
    void json_isOneDocumentOfAllTurnsAndNothingElse() throws Exception {
        server.will(delta("reasoning_content", "hm"), delta("content", "4"), STOP, USAGE, DONE);
        Run run = chat("2+2?\n/clear\nagain\n", "--json");
        assertThat(run.code()).isEqualTo(1); // the second question is refused
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.path("model").asText()).isEqualTo("stub");
        JsonNode first = document.path("turns").get(0);
        assertThat(first.path("user").asText()).isEqualTo("2+2?");
        assertThat(first.path("assistant").asText()).isEqualTo("4");
        assertThat(first.path("reasoning").asText()).isEqualTo("hm");
        assertThat(first.path("outcome").asText()).isEqualTo("complete");
        assertThat(first.path("finishReason").asText()).isEqualTo("stop");
        assertThat(first.path("error").isNull()).isTrue();
        assertThat(first.path("promptTokens").asInt()).isEqualTo(9);
        assertThat(first.path("completionTokens").asInt()).isEqualTo(4);
        assertThat(first.path("reasoningTokens").asInt()).isEqualTo(3);
        assertThat(first.path("cachedTokens").asInt()).isEqualTo(2);
        assertThat(first.path("ttftMs").asDouble()).isPositive();
        assertThat(first.path("e2eMs").asDouble())
                .isGreaterThanOrEqualTo(first.path("ttftMs").asDouble());
        JsonNode second = document.path("turns").get(1);
        assertThat(second.path("conversation").asInt()).isEqualTo(2);
        assertThat(second.path("outcome").asText()).isEqualTo("failed");
        assertThat(second.path("error").asText()).contains("no more");
        assertThat(second.path("promptTokens").isNull()).isTrue();
        assertThat(second.path("ttftMs").isNull()).isTrue();
        assertThat(document.path("turns")).hasSize(2);
    }

    @Test
    void thoughts_areDimmedOnATerminalAndLeftOutElsewhere() {
        server.will(delta("reasoning_content", "hm"), delta("content", "4"), DONE)
                .will(delta("reasoning_content", "hm"), delta("content", "4"), DONE);
        Run onTerminal = chat(screens(), "2+2?\n");
        assertThat(onTerminal.err()).contains("\u001b[2mhm\u001b[0m\n");
        assertThat(onTerminal.out()).isEqualTo("4\n");
        Run piped = chat("2+2?\n");
        assertThat(piped.err()).doesNotContain("hm");
        assertThat(piped.out()).isEqualTo("4\n");
    }

    @Test
    void aModelsControlCharacters_doNotReachATerminal() {
        String steering = "a\\u001b]0;title\\u0007b\\r\\n\\tc";
        server.will(delta("content", steering), DONE).will(delta("content", steering), DONE);
        assertThat(chat(screens(), "x\n").out()).isEqualTo("a\uFFFD]0;title\uFFFDb\uFFFD\n\tc\n");
        assertThat(chat("x\n").out()).isEqualTo("a\u001b]0;title\u0007b\r\n\tc\n");
    }

    @Test
    void anAnswerCutByTheLimit_isSaidToBe() {
        server.will(delta("content", "a"), "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}", DONE);
        assertThat(chat("x\n").err()).contains("limit of tokens");
    }

    @Test
    void aModelThatIsNotServed_isExitCode1WithThoseThatAre() {
        Run run = chat("hi\n", "other");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("\"other\"").contains("stub");
        assertThat(server.questions()).isEmpty();
    }

    @Test
    void whereNothingListens_itEndsAtOnce() {
        server.close();
        Run run = chat("hi\n", "--json");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("nothing listens there").contains("unbusy up");
    }
}
