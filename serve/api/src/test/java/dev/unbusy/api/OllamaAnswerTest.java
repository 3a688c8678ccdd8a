package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers as Ollama's clients read them, to the byte. */
class OllamaAnswerTest {
    private static String line(int second, String members) {
        return ("{'model':'deepseek-r1','created_at':'2025-11-24T16:00:%02d.123Z',".formatted(second) + members + "}\n")
                .replace('\'', '"');
    }

    private static String counts(int total, int first) {
        return "'total_duration':" + total + "000000000,'prompt_eval_count':20,'prompt_eval_duration':" + first
                + "000000000,'eval_count':7,'eval_duration':" + (total - first) + "000000000";
    }

    @Test
    void thinkingTextAndCall_areLines_andTheLastHasTheCounts() {
        String stream = DialectSamples.stream(
                Dialect.OLLAMA_CHAT,
                DialectSamples.delta("{\"role\":\"assistant\",\"content\":\"\"}"),
                DialectSamples.delta("{\"reasoning_content\":\"hm\"}"),
                DialectSamples.delta("{\"content\":\"Hello\"}"),
                DialectSamples.delta("{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"function\":"
                        + "{\"name\":\"get\",\"arguments\":\"{\\\"a\\\":1.50}\"}}]}"),
                DialectSamples.finish("tool_calls"));
        assertThat(stream)
                .isEqualTo(line(2, "'message':{'role':'assistant','content':'','thinking':'hm'},'done':false")
                        + line(3, "'message':{'role':'assistant','content':'Hello'},'done':false")
                        + line(
                                6,
                                "'message':{'role':'assistant','content':'','tool_calls':[{'id':'call_1','function':"
                                        + "{'index':0,'name':'get','arguments':{'a':1.5}}}]},'done':false")
                        + line(
                                6,
                                "'message':{'role':'assistant','content':''},'done':true,'done_reason':'stop',"
                                        + counts(6, 2)));
    }

    @Test
    void generatedText_standsInResponse() {
        assertThat(DialectSamples.stream(
                        Dialect.OLLAMA_GENERATE,
                        DialectSamples.delta("{\"reasoning_content\":\"hm\"}"),
                        DialectSamples.bytes("{\"choices\":[{\"index\":0,\"text\":\"x\"}]}"),
                        DialectSamples.finish("length")))
                .isEqualTo(line(1, "'response':'','thinking':'hm','done':false")
                        + line(2, "'response':'x','done':false")
                        + line(4, "'response':'','done':true,'done_reason':'length'," + counts(4, 1)));
    }

    @Test
    void unknownCounts_areLeftOut() {
        assertThat(DialectSamples.stream(
                        Dialect.OLLAMA_CHAT,
                        DialectSamples.bytes("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")))
                .isEqualTo(line(
                        2,
                        "'message':{'role':'assistant','content':''},'done':true,'done_reason':'stop',"
                                + "'total_duration':2000000000"));
    }

    @Test
    void wait_isALineWithoutText_sinceClientsParseEveryLine() {
        DialectAnswer answer =
                DialectSamples.answer(Dialect.OLLAMA_CHAT, DialectSamples.minimal(Dialect.OLLAMA_CHAT, true));
        assertThat(answer.contentType()).isEqualTo("application/x-ndjson");
        assertThat(new String(answer.keepAlive(1_000_000_000), UTF_8))
                .isEqualTo(line(1, "'message':{'role':'assistant','content':''},'done':false"));
    }

    @Test
    void nothingAsked_isAnsweredByTheModelBeingLoaded() {
        DialectAnswer answer = DialectSamples.answer(Dialect.OLLAMA_CHAT, "{\"model\":\"m\"}");
        assertThat(new String(answer.end(2_000_000_000), UTF_8))
                .isEqualTo(line(
                        2,
                        "'message':{'role':'assistant','content':''},'done':true,'done_reason':'load',"
                                + "'total_duration':2000000000"));
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void error_isALine() {
        assertThat(DialectSamples.stream(
                        Dialect.OLLAMA_CHAT,
                        DialectSamples.delta("{\"content\":\"a\"}"),
                        ApiError.workerLost("gone").body()))
                .endsWith("\"done\":false}\n{\"error\":\"gone\"}\n");
        assertThat(new String(Dialect.OLLAMA_GENERATE.errorBody(ApiError.workerLost("gone")), UTF_8))
                .isEqualTo("{\"error\":\"gone\"}");
    }

    @Test
    void wholeAnswer_isOneObject() {
        DialectAnswer answer =
                DialectSamples.answer(Dialect.OLLAMA_CHAT, DialectSamples.minimal(Dialect.OLLAMA_CHAT, false));
        byte[] whole = answer.whole(
                DialectSamples.whole(
                        "{\"role\":\"assistant\",\"content\":\"Hi\",\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"c\","
                                + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"not json\"}}]}",
                        "stop"),
                5_000_000_000L);
        assertThat(new String(whole, UTF_8))
                .isEqualTo(
                        line(
                                5,
                                "'message':{'role':'assistant','content':'Hi','thinking':'hm','tool_calls':[{'id':'c','function':"
                                        + "{'index':0,'name':'f','arguments':{'invalid_json':'not json'}}}]},'done':true,"
                                        + "'done_reason':'stop','total_duration':5000000000,'prompt_eval_count':20,'eval_count':7"));
        assertThat(answer.contentType()).isEqualTo("application/json");
    }

    @Test
    void models_areToldAsFarAsTheyAreKnown() {
        OllamaModel known = new OllamaModel(
                "r1",
                1_764_000_000_000L,
                5,
                "ab",
                "gguf",
                "qwen2",
                "7.6B",
                "Q4_K_M",
                4096,
                List.of("completion", "tools"));
        OllamaModel unknown = new OllamaModel("x", -1, -1, null, null, null, null, null, 0, List.of());
        assertThat(new String(OllamaModel.tags(List.of(known, unknown)), UTF_8).replace('"', '\''))
                .isEqualTo(
                        "{'models':[{'name':'r1','model':'r1','modified_at':'2025-11-24T16:00:00Z','size':5,'digest':'ab',"
                                + "'details':{'format':'gguf','family':'qwen2','families':['qwen2'],'parameter_size':'7.6B',"
                                + "'quantization_level':'Q4_K_M'}},{'name':'x','model':'x','details':{}}]}");
        assertThat(new String(known.show(), UTF_8).replace('"', '\''))
                .isEqualTo("{'modified_at':'2025-11-24T16:00:00Z','details':{'format':'gguf','family':'qwen2',"
                        + "'families':['qwen2'],'parameter_size':'7.6B','quantization_level':'Q4_K_M'},"
                        + "'model_info':{'general.architecture':'qwen2','qwen2.context_length':4096},"
                        + "'capabilities':['completion','tools']}");
        assertThat(OllamaModel.readShow(DialectSamples.bytes("{\"name\":\"r1\",\"verbose\":true}")))
                .isEqualTo("r1");
        assertThatThrownBy(() -> OllamaModel.readShow(DialectSamples.bytes("{}")))
                .isInstanceOf(ApiException.class);
    }
}
