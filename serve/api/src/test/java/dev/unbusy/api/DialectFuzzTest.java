package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mutated bodies: a reader refuses with 400, or makes a body that our own worker's reader takes. */
class DialectFuzzTest {
    private static final String TOOL = "'description':'d','strict':true,'parameters':{'type':'object','properties':"
            + "{'a':{'enum':[1.5,-2e9,null,12345678901234567890]}}},'input_schema':{'type':'object'}";

    private static String request(Dialect dialect) {
        String request = switch (dialect) {
            case ANTHROPIC ->
                "{'model':'m','max_tokens':5,'stream':true,'system':[{'type':'text','text':'你好'}],'messages':["
                        + "{'role':'user','content':[{'type':'text','text':'a\\u00e9\\ud83d\\ude00'}]},"
                        + "{'role':'assistant','content':[{'type':'thinking','thinking':'x'},{'type':'tool_use','id':'1','name':'f','input':{'a':[1]}}]},"
                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'1','content':'x'}]}],"
                        + "'tools':[{'name':'f'," + TOOL + "}],'tool_choice':{'type':'any'},'stop_sequences':['x'],"
                        + "'temperature':0.5,'top_k':3,'thinking':{'type':'enabled'},'output_config':{'effort':'low'},'metadata':{'user_id':'u'}}";
            case RESPONSES ->
                "{'model':'m','stream':true,'instructions':'i','input':[{'role':'user','content':[{'type':'input_text','text':'a'}]},"
                        + "{'type':'reasoning','summary':[],'content':[{'type':'reasoning_text','text':'t'}]},"
                        + "{'type':'function_call','call_id':'1','name':'f','arguments':'{}'},"
                        + "{'type':'function_call_output','call_id':'1','output':'x'}],'tools':[{'type':'function','name':'f',"
                        + TOOL
                        + "},{'type':'namespace','name':'n','tools':[{'type':'function','name':'g'}]},{'type':'web_search'}],"
                        + "'tool_choice':{'type':'function','namespace':'n','name':'g'},'text':{'format':{'type':'json_schema','name':'n','schema':{}}},"
                        + "'reasoning':{'effort':'high'},'max_output_tokens':5,'metadata':{'a':'b'},'top_p':1}";
            case OLLAMA_CHAT ->
                "{'model':'m','messages':[{'role':'user','content':'a'},{'role':'assistant','thinking':'t','tool_calls':["
                        + "{'function':{'name':'f','arguments':{'a':1}}}]},{'role':'tool','tool_name':'f','content':'x'}],"
                        + "'tools':[{'type':'function','function':{'name':'f'," + TOOL
                        + "}}],'format':{'type':'object'},'think':'low',"
                        + "'options':{'num_predict':5,'temperature':1,'stop':['x'],'seed':3,'top_k':-1,'repeat_penalty':1.1}}";
            case OLLAMA_GENERATE ->
                "{'model':'m','prompt':'a','system':'s','suffix':'','raw':false,'format':'json','think':true,"
                        + "'options':{'num_predict':-2,'temperature':1,'stop':'x'},'context':[],'template':''}";
        };
        return request.replace('\'', '"');
    }

    @ParameterizedTest
    @EnumSource
    void mutatedRequest_isRefused_orBecomesOneThatTheWorkerTakes(Dialect dialect) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int refused = 0;
        int taken = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = FuzzTest.mutate(request(dialect), random);
            try {
                DialectRequest read = read(dialect, bytes);
                if (read == null) {
                    refused++;
                } else {
                    taken++;
                    workerTakes(read);
                }
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", body " + new String(bytes, UTF_8), e);
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(500);
        assertThat(taken).as("seed %d", seed).isGreaterThan(50);
    }

    private static @Nullable DialectRequest read(Dialect dialect, byte[] bytes) {
        try {
            return dialect.read(bytes);
        } catch (ApiException e) {
            assertThat(e.error().status()).isEqualTo(400);
            assertThat(e.error().message()).hasSizeLessThan(600);
            return null;
        }
    }

    private static void workerTakes(DialectRequest read) {
        byte[] body = read.body("m");
        switch (read.route()) {
            case CHAT -> ChatRequest.parse(body);
            case COMPLETIONS -> CompletionRequest.parse(body);
            case NONE -> assertThat(DialectSamples.json(body).isObject()).isTrue();
        }
    }

    @Test
    void bodyOfManyValues_isRefused_beforeItFillsMemory() {
        String body = "{\"model\":\"m\",\"x\":[" + "[],".repeat(DialectJson.MAX_VALUES) + "[]]}";
        assertThatThrownBy(() -> Dialect.RESPONSES.read(DialectSamples.bytes(body)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("JSON values");
    }

    @Test
    void bodyTooDeep_isRefused() {
        String body = "{\"model\":\"m\",\"x\":" + "[".repeat(JsonBody.MAX_DEPTH + 1)
                + "]".repeat(JsonBody.MAX_DEPTH + 1) + "}";
        assertThatThrownBy(() -> Dialect.ANTHROPIC.read(DialectSamples.bytes(body)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("depth");
    }
}
