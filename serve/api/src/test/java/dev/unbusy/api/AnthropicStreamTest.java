package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers as Anthropic's clients read them, to the byte. */
class AnthropicStreamTest {
    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members.replace('\'', '"') + "}\n\n";
    }

    private static final String START = event(
            "message_start",
            ",'message':{'id':'msg_0a1b','type':'message','role':'assistant','model':'deepseek-r1','content':[],"
                    + "'stop_reason':null,'stop_sequence':null,'usage':{'input_tokens':0,'cache_creation_input_tokens':0,"
                    + "'cache_read_input_tokens':0,'output_tokens':0}}");
    private static final String USAGE = "'usage':{'input_tokens':4,'cache_creation_input_tokens':0,"
            + "'cache_read_input_tokens':16,'output_tokens':7}";

    private static String end(String reason) {
        return event("message_delta", ",'delta':{'stop_reason':'" + reason + "','stop_sequence':null}," + USAGE)
                + event("message_stop", "");
    }

    private static String block(int index, String start, String... deltas) {
        StringBuilder all = new StringBuilder(
                event("content_block_start", ",'index':" + index + ",'content_block':{" + start + "}"));
        for (String delta : deltas) {
            all.append(event("content_block_delta", ",'index':" + index + ",'delta':{" + delta + "}"));
        }
        return all.append(event("content_block_stop", ",'index':" + index)).toString();
    }

    @Test
    void thinkingTextAndCall_areThreeBlocks() {
        String stream = DialectSamples.stream(
                Dialect.ANTHROPIC,
                DialectSamples.delta("{\"role\":\"assistant\",\"content\":\"\"}"),
                DialectSamples.delta("{\"reasoning_content\":\"hm\"}"),
                DialectSamples.delta("{\"content\":\"Hel\"}"),
                DialectSamples.delta("{\"content\":\"lo\"}"),
                DialectSamples.delta("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"get\",\"arguments\":\"\"}}]}"),
                DialectSamples.delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}"),
                DialectSamples.finish("tool_calls"));
        assertThat(stream)
                .isEqualTo(START
                        + block(
                                0,
                                "'type':'thinking','thinking':'','signature':''",
                                "'type':'thinking_delta','thinking':'hm'",
                                "'type':'signature_delta','signature':'unbusy_0a1b'")
                        + block(
                                1,
                                "'type':'text','text':''",
                                "'type':'text_delta','text':'Hel'",
                                "'type':'text_delta','text':'lo'")
                        + block(
                                2,
                                "'type':'tool_use','id':'call_1','name':'get','input':{}",
                                "'type':'input_json_delta','partial_json':'{}'")
                        + end("tool_use"));
    }

    @Test
    void firstEvent_beginsTheMessage_beforeThereIsText() {
        DialectAnswer answer =
                DialectSamples.answer(Dialect.ANTHROPIC, DialectSamples.minimal(Dialect.ANTHROPIC, true));
        byte[] role = DialectSamples.delta("{\"role\":\"assistant\",\"content\":\"\"}");
        assertThat(new String(answer.event(role, 1), UTF_8)).isEqualTo(START);
        assertThat(answer.event(role, 2)).isEmpty();
        assertThat(answer.contentType()).startsWith("text/event-stream");
        assertThat(new String(answer.keepAlive(3), UTF_8)).isEqualTo("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    @ParameterizedTest
    @CsvSource({
        "stop, end_turn",
        "length, max_tokens",
        "tool_calls, tool_use",
        "content_filter, refusal",
        "eos, end_turn"
    })
    void finishReason_isRenamed(String openAi, String anthropic) {
        assertThat(DialectSamples.stream(Dialect.ANTHROPIC, DialectSamples.finish(openAi)))
                .isEqualTo(START + end(anthropic));
    }

    @Test
    void stopText_whereTheWorkerTellsIt_isTheStopSequence() {
        String stream = DialectSamples.stream(
                Dialect.ANTHROPIC,
                DialectSamples.bytes("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\","
                        + "\"stop_reason\":\"END\"}]}"));
        assertThat(stream).contains("\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"");
    }

    @Test
    void errorInTheMiddle_isTheLastEvent() {
        String stream = DialectSamples.stream(
                Dialect.ANTHROPIC,
                DialectSamples.delta("{\"content\":\"a\"}"),
                ApiError.overloaded("too much", 3).body(),
                DialectSamples.delta("{\"content\":\"b\"}"));
        assertThat(stream)
                .endsWith("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
                        + "\"message\":\"too much\"}}\n\n")
                .doesNotContain("message_stop");
    }

    @Test
    void wholeAnswer_isExactlyThis() {
        DialectAnswer answer =
                DialectSamples.answer(Dialect.ANTHROPIC, DialectSamples.minimal(Dialect.ANTHROPIC, false));
        byte[] whole = answer.whole(
                DialectSamples.whole(
                        "{\"role\":\"assistant\",\"content\":\"Hi\",\"reasoning_content\":\"hm\",\"tool_calls\":["
                                + "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},"
                                + "{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{\\\"a\"}}]}",
                        "tool_calls"),
                5);
        assertThat(new String(whole, UTF_8))
                .isEqualTo(("{'id':'msg_0a1b','type':'message','role':'assistant','model':'deepseek-r1','content':["
                                + "{'type':'thinking','thinking':'hm','signature':'unbusy_0a1b'},{'type':'text','text':'Hi'},"
                                + "{'type':'tool_use','id':'call_1','name':'f','input':{'a':1}},"
                                + "{'type':'tool_use','id':'call_2','name':'g','input':{'invalid_json':'{\\'a'}}],"
                                + "'stop_reason':'tool_use','stop_sequence':null," + USAGE + "}")
                        .replace('\'', '"'));
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(answer.keepAlive(1)).containsExactly('\n');
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error", "401, authentication_error", "402, billing_error", "403, permission_error",
        "404, not_found_error", "409, invalid_request_error", "413, request_too_large", "429, rate_limit_error",
        "500, api_error", "502, api_error", "503, overloaded_error", "504, timeout_error"
    })
    void errorType_followsTheStatus(int status, String type) {
        ApiError error = DialectErrors.ofWorker(status, DialectSamples.bytes("{\"error\":{\"message\":\"m\"}}"));
        assertThat(new String(Dialect.ANTHROPIC.errorBody(error), UTF_8))
                .isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"m\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'message':'x','type':'invalid_request_error','code':'context_length_exceeded'}}",
                "{'error':{'message':'x','type':'exceed_context_size_error','code':400}}",
                "{'object':'error','message':'The maximum context length is 8.','type':'BadRequestError','code':400}"
            })
    void fullContext_isToldInTheWords_atWhichClaudeCodeMakesTheConversationShorter(String worker) {
        ApiError error = DialectErrors.ofWorker(400, DialectSamples.bytes(worker.replace('\'', '"')));
        assertThat(new String(Dialect.ANTHROPIC.errorBody(error), UTF_8))
                .startsWith("{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
                        + "\"message\":\"prompt is too long: ");
    }
}
