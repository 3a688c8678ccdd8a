package dev.unbusy.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.ChatCompletionWriter;
import dev.unbusy.api.FinishReason;
import dev.unbusy.api.StreamUsage;
import dev.unbusy.api.Usage;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.chat.OutputSplitter.Piece;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.Tool;
import dev.unbusy.chat.ToolCallSyntax;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An answer that calls tools, streamed and whole. */
class ChatAnswerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Tool> TOOLS = List.of(new Tool("look", Map.of("type", "object"), false));
    private static final List<String> TOKENS = List.of(
            "Let",
            " me",
            " see.",
            "\n",
            "<tool_call>",
            "\n{\"name\": \"",
            "look",
            "\", \"arguments\": {",
            "\"a\": ",
            "1}",
            "}\n",
            "</tool_call>",
            "\n<tool_call>",
            "{\"name\": \"look\", \"arguments\": {}}",
            "</tool_call>");

    private static ChatAnswer answer() {
        return new ChatAnswer(
                new ChatCompletionWriter("chatcmpl-1", 1, "m", "fp", StreamUsage.ON_LAST_CHUNK),
                RealModel.shared().vocab(),
                false);
    }

    @Test
    void stream_beginsEachCallWithIdAndName_andItsArgumentsJoinToTheJson() throws Exception {
        ChatAnswer answer = answer();
        OutputSplitter splitter = new OutputSplitter(OutputStart.PLAIN, ToolCallSyntax.HERMES, TOOLS);
        StringBuilder content = new StringBuilder();
        List<StringBuilder> arguments = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (String token : TOKENS) {
            byte[] event = answer.token(0, splitter.feed(token), null, false);
            if (event == null) {
                continue;
            }
            JsonNode delta = JSON.readTree(new String(event, UTF_8).substring("data: ".length()))
                    .at("/choices/0/delta");
            content.append(delta.path("content").asText(""));
            for (JsonNode call : delta.path("tool_calls")) {
                if (call.has("id")) {
                    assertThat(call.get("index").intValue()).isEqualTo(arguments.size());
                    assertThat(call.at("/function/name").asText()).isEqualTo("look");
                    ids.add(call.get("id").asText());
                    arguments.add(new StringBuilder());
                }
                arguments
                        .get(call.get("index").intValue())
                        .append(call.at("/function/arguments").asText());
            }
        }
        assertThat(splitter.finish()).isEmpty();
        assertThat(content.toString()).isEqualTo("Let me see.");
        assertThat(arguments).extracting(StringBuilder::toString).containsExactly("{\"a\": 1}", "{}");
        assertThat(ids).hasSize(2);
    }

    @Test
    void whole_hasTheSameCalls_andNullWhereThereIsNoContent() throws Exception {
        ChatAnswer answer = answer();
        for (int choice = 0; choice < 2; choice++) {
            OutputSplitter splitter = new OutputSplitter(OutputStart.PLAIN, ToolCallSyntax.HERMES, TOOLS);
            List<Piece> pieces = new ArrayList<>();
            for (String token : choice == 0 ? TOKENS : TOKENS.subList(4, TOKENS.size())) {
                pieces.addAll(splitter.feed(token));
            }
            answer.collect(choice, pieces, null, false);
            answer.collect(choice, splitter.finish(), null, false);
        }
        JsonNode choices = JSON.readTree(answer.whole(
                        new AnswerEnd[] {AnswerEnd.of(FinishReason.TOOL_CALLS), AnswerEnd.of(FinishReason.TOOL_CALLS)},
                        new Usage(1, 0, 1, 0)))
                .get("choices");
        assertThat(choices.at("/0/message/content").asText()).isEqualTo("Let me see.");
        assertThat(choices.at("/1/message/content").isNull()).isTrue();
        for (JsonNode choice : choices) {
            JsonNode calls = choice.at("/message/tool_calls");
            assertThat(calls).hasSize(2);
            assertThat(calls.at("/0/function/arguments").asText()).isEqualTo("{\"a\": 1}");
            assertThat(calls.at("/1/function/arguments").asText()).isEqualTo("{}");
            assertThat(calls.at("/0/id").asText())
                    .startsWith("call_")
                    .isNotEqualTo(calls.at("/1/id").asText());
        }
    }
}
