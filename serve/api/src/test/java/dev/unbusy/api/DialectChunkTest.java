package dev.unbusy.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events and errors of workers, ours and others. */
class DialectChunkTest {
    private static DialectChunk read(String json) {
        return DialectChunk.read(DialectSamples.bytes(json.replace('\'', '"')));
    }

    @Test
    void emptyMembers_takeNothingFromThoseThatSpeak() {
        DialectChunk chunk = read("{'choices':[{'message':{'reasoning':'r','reasoning_content':null,'content':'c'},"
                + "'text':null,'stop_reason':null,'matched_stop':'x','finish_reason':'stop'}]}");
        assertThat(chunk.reasoning()).isEqualTo("r");
        assertThat(chunk.content()).isEqualTo("c");
        assertThat(chunk.stopText()).isEqualTo("x");
        assertThat(chunk.finish()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void otherChoices_andMembersOfTheWrongType_areReadOver() {
        DialectChunk chunk =
                read("{'choices':[5,{'index':1,'delta':{'content':'no'}},{'index':0,'delta':{'content':[1],"
                        + "'tool_calls':[null,{'function':{'name':'f','arguments':null}}],'x':{}},'finish_reason':7,'logprobs':{}}],"
                        + "'usage':{'prompt_tokens':3}}");
        assertThat(chunk.content()).isNull();
        assertThat(chunk.calls()).containsExactly(new ToolCallDelta(0, null, "f", ""));
        assertThat(chunk.finish()).isNull();
        assertThat(chunk.usage()).isEqualTo(new Usage(3, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({"-1", "1024", "99999999999"})
    void callWithAnImpossibleIndex_isABrokenAnswer(String index) {
        assertThatThrownBy(() -> read("{'choices':[{'delta':{'tool_calls':[{'index':" + index + "}]}}]}"))
                .isInstanceOf(ApiException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'m','type':'rate_limit_error'}} | 429 | m",
                "{'error':{'message':'m','type':'BadRequestError','code':400}} | 400 | m",
                "{'error':{'message':'m'}} | 502 | m",
                "{'error':'plain'} | 502 | plain",
                "{'error':{}} | 502 | no reason"
            })
    void errorEvent_hasAStatus(String json, int status, String message) {
        ApiError error = Objects.requireNonNull(read(json).error());
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.message()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'m','type':'t','param':'p','code':'c'}} | m | t | c",
                "{'error':'plain'} | plain | invalid_request_error | worker_error",
                "{'object':'error','message':'old vLLM','type':'BadRequestError','code':400} | old vLLM | BadRequestError | worker_error",
                "<html> | no reason | invalid_request_error | worker_error",
                "[] | no reason | invalid_request_error | worker_error"
            })
    void refusal_isReadAsFarAsItCanBe(String body, String message, String type, String code) {
        ApiError error = DialectErrors.ofWorker(422, DialectSamples.bytes(body.replace('\'', '"')));
        assertThat(error.status()).isEqualTo(422);
        assertThat(error.message()).contains(message);
        assertThat(error.type()).isEqualTo(type);
        assertThat(error.code()).isEqualTo(code);
    }
}
