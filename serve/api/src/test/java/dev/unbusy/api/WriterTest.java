package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whole answers and streams of both completion APIs. */
class WriterTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Usage USAGE = new Usage(10, 4, 7, 3);
    private static final String USAGE_JSON = "{\"prompt_tokens\":10,\"completion_tokens\":7,\"total_tokens\":17,"
            + "\"prompt_cache_hit_tokens\":4,\"prompt_cache_miss_tokens\":6,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":3}}";

    private static ChatCompletionWriter chat(StreamUsage rule) {
        return new ChatCompletionWriter("chatcmpl-1", 1700000000, "m", "fp_1", rule);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static List<String> events(byte[]... parts) {
        List<String> events = new ArrayList<>();
        SseParser parser = new SseParser(1 << 20, new SseParser.Listener() {
            @Override
            public void event(@Nullable String type, String data) {
                events.add(data);
            }
        });
        for (byte[] part : parts) {
            parser.feed(part);
        }
        return events;
    }

    @Test
    void aStopText_isTold_andOnlyThere() {
        ChatCompletionWriter writer = chat(StreamUsage.ON_LAST_CHUNK);
        assertThat(new String(writer.finish(0, new AnswerEnd(FinishReason.STOP, "\n\n"), null), UTF_8))
                .contains("\"finish_reason\":\"stop\",\"stop_reason\":\"\\n\\n\"}");
        assertThat(new String(writer.finish(0, AnswerEnd.of(FinishReason.STOP), null), UTF_8))
                .doesNotContain("stop_reason");
    }

    @Test
    void wholeAnswer_isExactlyThis() {
        byte[] whole = chat(StreamUsage.ON_LAST_CHUNK)
                .whole(
                        List.of(
                                new ChatChoice(
                                        0, new ChatDelta("hm", "Hello\n\"你\"", null), AnswerEnd.of(FinishReason.STOP)),
                                new ChatChoice(1, ChatDelta.content(""), AnswerEnd.of(FinishReason.LENGTH))),
                        USAGE);
        assertThat(text(whole))
                .isEqualTo(
                        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\","
                                + "\"system_fingerprint\":\"fp_1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"Hello\\n\\\"你\\\"\",\"reasoning_content\":\"hm\",\"refusal\":null},\"logprobs\":null,"
                                + "\"finish_reason\":\"stop\"},{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"\","
                                + "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"length\"}],\"usage\":"
                                + USAGE_JSON + "}");
    }

    @Test
    void streamWithoutOptions_tellsUsageOnTheLastChunk_asDeepSeekDoes() throws Exception {
        ChatCompletionWriter writer = chat(StreamUsage.ON_LAST_CHUNK);
        List<String> events = events(
                writer.begin(0),
                writer.delta(0, ChatDelta.reasoning("think")),
                writer.delta(0, ChatDelta.content("hi")),
                writer.finish(0, AnswerEnd.of(FinishReason.STOP), USAGE),
                writer.end(USAGE));
        String head =
                "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\","
                        + "\"system_fingerprint\":\"fp_1\",\"choices\":[{\"index\":0,\"delta\":";
        assertThat(events)
                .containsExactly(
                        head + "{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]}",
                        head + "{\"reasoning_content\":\"think\"},\"logprobs\":null,\"finish_reason\":null}]}",
                        head + "{\"content\":\"hi\"},\"logprobs\":null,\"finish_reason\":null}]}",
                        head + "{},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":" + USAGE_JSON + "}",
                        "[DONE]");
    }

    @Test
    void streamWithIncludeUsage_hasAnExtraChunk_asOpenAiDoes() throws Exception {
        ChatCompletionWriter writer = chat(StreamUsage.EXTRA_CHUNK);
        List<String> events = events(
                writer.begin(0),
                writer.delta(0, ChatDelta.content("hi")),
                writer.finish(0, AnswerEnd.of(FinishReason.STOP), USAGE),
                writer.end(USAGE));
        for (String event : events.subList(0, 3)) {
            assertThat(JSON.readTree(event).get("usage").isNull()).isTrue();
        }
        JsonNode extra = JSON.readTree(events.get(3));
        assertThat(extra.get("choices").isEmpty()).isTrue();
        assertThat(extra.get("usage")).isEqualTo(JSON.readTree(USAGE_JSON));
        assertThat(events.get(4)).isEqualTo("[DONE]");
    }

    @Test
    void streamThatDeclinesUsage_hasNone() throws Exception {
        ChatCompletionWriter writer = chat(StreamUsage.NONE);
        List<String> events =
                events(writer.begin(0), writer.finish(0, AnswerEnd.of(FinishReason.LENGTH), USAGE), writer.end(USAGE));
        assertThat(events)
                .hasSize(3)
                .noneMatch(event -> event.contains("usage"))
                .endsWith("[DONE]");
    }

    private static final List<ToolCallDelta> CALLS =
            List.of(new ToolCallDelta(0, "call_1", "f", "{\"a\": \"你\"}"), new ToolCallDelta(1, "call_2", "g", "{}"));

    @Test
    void wholeAnswerThatCallsTools_hasNullContentAndTheCalls() throws Exception {
        JsonNode choice = JSON.readTree(chat(StreamUsage.NONE)
                        .whole(
                                List.of(new ChatChoice(
                                        0,
                                        new ChatDelta("hm", null, null, CALLS),
                                        AnswerEnd.of(FinishReason.TOOL_CALLS))),
                                USAGE))
                .at("/choices/0");
        assertThat(choice.at("/finish_reason").textValue()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/reasoning_content").textValue()).isEqualTo("hm");
        assertThat(choice.at("/message/tool_calls").toString())
                .isEqualTo(
                        "[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
                                + "\"{\\\"a\\\": \\\"你\\\"}\"}},{\"index\":1,\"id\":\"call_2\",\"type\":\"function\",\"function\":"
                                + "{\"name\":\"g\",\"arguments\":\"{}\"}}]");
    }

    @Test
    void streamThatCallsTools_beginsEachCallWithIdAndName_thenOnlyArguments() throws Exception {
        ChatCompletionWriter writer = chat(StreamUsage.ON_LAST_CHUNK);
        List<String> events = events(
                writer.begin(0),
                writer.delta(0, new ChatDelta(null, null, null, List.of(ToolCallDelta.begin(0, "call_1", "f")))),
                writer.delta(
                        0,
                        new ChatDelta(
                                null,
                                "x",
                                null,
                                List.of(ToolCallDelta.arguments(0, "{}"), ToolCallDelta.begin(1, "call_2", "g")))),
                writer.finish(0, AnswerEnd.of(FinishReason.TOOL_CALLS), USAGE),
                writer.end(USAGE));
        assertThat(JSON.readTree(events.get(1)).at("/choices/0/delta").toString())
                .isEqualTo("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":"
                        + "{\"name\":\"f\",\"arguments\":\"\"}}]}");
        assertThat(JSON.readTree(events.get(2)).at("/choices/0/delta").toString())
                .isEqualTo(
                        "{\"content\":\"x\",\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}},"
                                + "{\"index\":1,\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}");
        JsonNode last = JSON.readTree(events.get(3));
        assertThat(last.at("/choices/0/finish_reason").textValue()).isEqualTo("tool_calls");
        assertThat(last.get("usage")).isEqualTo(JSON.readTree(USAGE_JSON));
    }

    @Test
    void idsOfCalls_differ() {
        assertThat(ResponseIds.toolCall()).matches("call_[0-9a-f]{24}").isNotEqualTo(ResponseIds.toolCall());
    }

    @Test
    void logprobs_haveBytesAndAlternatives_forBothParts() throws Exception {
        byte[] half = {(byte) 0xE4, (byte) 0xBD}; // two of the three bytes of a character
        Logprob other = new Logprob("b".getBytes(UTF_8), Double.NEGATIVE_INFINITY, List.of());
        Logprob token = new Logprob(half, -0.5, List.of(other));
        ChatDelta delta = new ChatDelta("r", "c", new ChatDelta.Logprobs(List.of(token), List.of(other, token)));
        JsonNode logprobs = JSON.readTree(
                        events(chat(StreamUsage.NONE).delta(0, delta)).getFirst())
                .at("/choices/0/logprobs");
        assertThat(logprobs.at("/content").size()).isEqualTo(2);
        assertThat(logprobs.at("/content/0/logprob").doubleValue()).isEqualTo(-9999.0);
        assertThat(logprobs.at("/reasoning_content/0/bytes").toString()).isEqualTo("[228,189]");
        assertThat(logprobs.at("/reasoning_content/0/token").textValue()).isEqualTo("\uFFFD");
        assertThat(logprobs.at("/reasoning_content/0/top_logprobs/0/token").textValue())
                .isEqualTo("b");
    }

    @Test
    void completion_isExactlyThis() {
        CompletionWriter writer = new CompletionWriter("cmpl-1", 1, "m", "fp", StreamUsage.ON_LAST_CHUNK);
        List<Logprob> logprobs = List.of(
                new Logprob("He".getBytes(UTF_8), -1, List.of(new Logprob("Ho".getBytes(UTF_8), -2, List.of()))),
                new Logprob("llo".getBytes(UTF_8), 0, List.of()));
        assertThat(text(writer.whole(
                        List.of(new CompletionWriter.Choice(0, "Hello", logprobs, AnswerEnd.of(FinishReason.STOP))),
                        USAGE)))
                .isEqualTo("{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\","
                        + "\"system_fingerprint\":\"fp\",\"choices\":[{\"index\":0,\"text\":\"Hello\",\"logprobs\":{"
                        + "\"tokens\":[\"He\",\"llo\"],\"token_logprobs\":[-1.0,0.0],"
                        + "\"top_logprobs\":[{\"Ho\":-2.0},{}],\"text_offset\":[0,2]},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":" + USAGE_JSON + "}");
    }

    @Test
    void completionStream_countsOffsetsPerChoice() throws Exception {
        CompletionWriter writer = new CompletionWriter("cmpl-1", 1, "m", "fp", StreamUsage.ON_LAST_CHUNK);
        Logprob ab = new Logprob("ab".getBytes(UTF_8), -1, List.of());
        List<String> events = events(
                writer.text(0, "ab", List.of(ab)),
                writer.text(3, "ab", List.of(ab)),
                writer.text(0, "ab", List.of(ab)),
                writer.finish(0, AnswerEnd.of(FinishReason.STOP), null),
                writer.finish(3, AnswerEnd.of(FinishReason.LENGTH), USAGE),
                writer.end(USAGE));
        assertThat(JSON.readTree(events.get(1))
                        .at("/choices/0/logprobs/text_offset/0")
                        .intValue())
                .isZero();
        assertThat(JSON.readTree(events.get(2))
                        .at("/choices/0/logprobs/text_offset/0")
                        .intValue())
                .isEqualTo(2);
        assertThat(JSON.readTree(events.get(3)).has("usage")).isFalse();
        assertThat(JSON.readTree(events.get(4))
                        .at("/usage/prompt_cache_miss_tokens")
                        .intValue())
                .isEqualTo(6);
    }

    @Property
    void anyText_survivesTheStream(@ForAll List<String> pieces) throws Exception {
        ChatCompletionWriter writer = chat(StreamUsage.EXTRA_CHUNK);
        StringBuilder sent = new StringBuilder();
        StringBuilder got = new StringBuilder();
        for (String piece : pieces) {
            String clean = new String(piece.getBytes(UTF_8), UTF_8); // without lone surrogates
            sent.append(clean);
            JsonNode event = JSON.readTree(
                    events(writer.delta(0, ChatDelta.content(clean))).getFirst());
            got.append(event.at("/choices/0/delta/content").textValue());
        }
        assertThat(got).hasToString(sent.toString());
    }

    @Test
    void models_areListedAndReadBack() {
        ModelCard card = new ModelCard("deepseek-ai/x", 5, "deepseek-ai", 4096, 2048);
        ModelCard unknown = new ModelCard("y", 0, "", 0, 0);
        byte[] list = ModelCard.list(List.of(card, unknown));
        assertThat(text(list))
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[{\"id\":\"deepseek-ai/x\",\"object\":\"model\",\"created\":5,"
                                + "\"owned_by\":\"deepseek-ai\",\"context_window\":4096,\"max_output_tokens\":2048},"
                                + "{\"id\":\"y\",\"object\":\"model\",\"created\":0,\"owned_by\":\"\"}]}");
        assertThat(ModelCard.parseList(list)).containsExactly(card, unknown);
        assertThat(ModelCard.parseList(("{\"data\":[{\"id\":\"z\",\"max_model_len\":8192,\"permission\":[{\"a\":1}],"
                                + "\"created\":1.5,\"owned_by\":null}],\"object\":\"list\"}")
                        .getBytes(UTF_8)))
                .containsExactly(new ModelCard("z", 0, "", 8192, 0));
    }

    @Test
    void ids_differ() {
        assertThat(ResponseIds.chat()).matches("chatcmpl-[0-9a-f]{24}").isNotEqualTo(ResponseIds.chat());
        assertThat(ResponseIds.completion()).matches("cmpl-[0-9a-f]{24}");
    }

    @Test
    void usage_refusesWhatCannotBe() {
        for (long[] wrong : new long[][] {{-1, 0, 0, 0}, {1, 2, 0, 0}, {1, 0, -1, 0}, {1, 0, 1, 2}}) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> new Usage(wrong[0], wrong[1], wrong[2], wrong[3])))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Map.of("total", USAGE.totalTokens(), "missed", USAGE.missedTokens()))
                .isEqualTo(Map.of("total", 17L, "missed", 6L));
    }
}
