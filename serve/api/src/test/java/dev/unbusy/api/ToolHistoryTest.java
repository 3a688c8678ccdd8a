package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls and their results in a conversation. */
class ToolHistoryTest {
    private static final String ASK = "{\"role\":\"user\",\"content\":\"?\"}";

    private static String calls(String... ids) {
        StringBuilder calls = new StringBuilder();
        for (String id : ids) {
            calls.append(calls.isEmpty() ? "" : ",")
                    .append("{\"id\":\"")
                    .append(id)
                    .append(
                            "\",\"type\":\"function\",\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\": 1}\"}}");
        }
        return "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[" + calls + "]}";
    }

    private static String result(String id) {
        return "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"4\"}";
    }

    private static ChatRequest parse(String... messages) {
        return ChatRequest.parse(
                ("{\"model\":\"m\",\"messages\":[" + String.join(",", messages) + "]}").getBytes(UTF_8));
    }

    @Test
    void calls_keepWhatTemplatesRead_andForgetTheStreamsIndex() {
        ChatRequest request = parse(ASK, calls("a"), result("a"));
        assertThat(request.messages().get(1).get("tool_calls"))
                .isEqualTo(List.of(Map.of(
                        "id", "a", "type", "function", "function", Map.of("name", "f", "arguments", "{\"a\": 1}"))));
    }

    @Test
    void whatTheOfficialClientsMakeOfAnAnswer_mayComeBackWithIt() {
        String parsed = calls("a")
                .replace("\"function\":{", "\"function\":{\"parsed_arguments\":{\"a\":1},")
                .replace("\"content\":\"\"", "\"content\":null,\"refusal\":null,\"parsed\":null");
        assertThat(parse(ASK, parsed, result("a")).messages().get(1).get("tool_calls"))
                .isEqualTo(parse(ASK, calls("a"), result("a")).messages().get(1).get("tool_calls"));
    }

    @Test
    void results_mayComeInAnyOrder_overSeveralRounds() {
        assertThat(parse(ASK, calls("a", "b"), result("b"), result("a"), calls("a"), result("a"), ASK)
                        .messages())
                .hasSize(7);
    }

    @Test
    void anEmptyListOfCalls_isNone() {
        assertThat(parse(ASK, "{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":[]}", ASK)
                        .messages()
                        .get(1))
                .containsOnlyKeys("role", "content");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "result x | messages[1].tool_call_id | none of the calls",
                "call a, result b | messages[2].tool_call_id | none of the calls",
                "call a, result a, result a | messages[3].tool_call_id | answered already",
                "call a | messages[1].tool_calls | lacks results for a",
                "call a b, result a | messages[1].tool_calls | lacks results for b",
                "call a b, result a, ask | messages[1].tool_calls | lacks results for b",
                "call a, ask, result a | messages[1].tool_calls | lacks results for a",
                "call a a, result a | messages[1].tool_calls[1].id | another call's id"
            })
    void whatDoesNotFitTogether_isNamed(String conversation, String param, String problem) {
        String[] messages = (ASK + ", " + conversation).split(", ");
        for (int i = 1; i < messages.length; i++) {
            String[] words = messages[i].split(" ");
            messages[i] = switch (words[0]) {
                case "call" -> calls(java.util.Arrays.copyOfRange(words, 1, words.length));
                case "result" -> result(words[1]);
                default -> ASK;
            };
        }
        ApiError error =
                catchThrowableOfType(ApiException.class, () -> parse(messages)).error();
        assertThat(error.status()).isEqualTo(400);
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo("invalid_value");
        assertThat(error.message()).contains(param, problem);
    }
}
