package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestOutlineTest {

    private static RequestOutline scan(String json) {
        return RequestOutline.scan(json.getBytes(UTF_8));
    }

    @Test
    void allFields_areFound_whereverTheyStand() {
        String messages = "[{\"role\":\"user\",\"content\":\"你好 {\\\"model\\\":1}\"},{\"a\":[[{}]]}]";
        String json = "{\"x\":{\"model\":\"inner\",\"n\":[1,{\"stream\":1}]},\"messages\":" + messages
                + ",\"n\":3,\"stream\":true,\"stream_options\":{\"y\":[1],\"include_usage\":false},\"max_tokens\":5,"
                + "\"user_id\":\"u\",\"model\":\"m\"}";
        int from = json.indexOf(messages); // only ASCII before it
        int length = messages.getBytes(UTF_8).length;
        RequestOutline.Span span = new RequestOutline.Span(from, from + length);
        int end = json.getBytes(UTF_8).length - 1;
        assertThat(scan(json))
                .isEqualTo(new RequestOutline(
                        "m", new RequestOutline.Span(end - 3, end), true, false, 5, 3, length, span, null, 2, "u"));
        assertThat(RequestOutline.scan(new ByteArrayInputStream(json.getBytes(UTF_8))))
                .as("from a stream")
                .isEqualTo(scan(json));
    }

    @Test
    void promptAndTools_areWhereTheirBytesLie() {
        for (String prompt : new String[] {"\"a \\\"text\\\" of 你好\"", "[1,2]", "[\"a\",\"b\"]"}) {
            String json = "{\"prompt\" : " + prompt + " ,\"tools\":[{\"x\":1}]}";
            byte[] bytes = json.getBytes(UTF_8);
            RequestOutline outline = RequestOutline.scan(new ByteArrayInputStream(bytes));
            assertThat(of(bytes, outline.prompt())).isEqualTo(prompt);
            assertThat(of(bytes, outline.tools())).isEqualTo("[{\"x\":1}]");
        }
    }

    @Test
    void theModelsName_isWhereItsBytesLie_howeverItIsWritten() {
        for (String name : new String[] {"\"m\"", "\"\\u006d \\\"x\\\" 你\"", "\"\""}) {
            for (String json :
                    new String[] {"{\"model\":" + name + "}", "{\"a\":\"é\", \"model\" :\t" + name + " , \"n\":1}"}) {
                byte[] bytes = json.getBytes(UTF_8);
                assertThat(of(bytes, scan(json).name())).isEqualTo(name);
                assertThat(of(
                                bytes,
                                RequestOutline.scan(new ByteArrayInputStream(bytes))
                                        .name()))
                        .isEqualTo(name);
            }
        }
    }

    private static String of(byte[] bytes, RequestOutline.@Nullable Span span) {
        return span == null ? "" : new String(bytes, span.from(), span.to() - span.from(), UTF_8);
    }

    @Test
    void absentAndNull_areTheSame() {
        RequestOutline absent = scan("{}");
        assertThat(absent).isEqualTo(new RequestOutline(null, null, false, null, -1, 1, 0, null, null, 0, null));
        assertThat(scan("{\"model\":null,\"stream\":null,\"stream_options\":null,\"max_tokens\":null,\"n\":null,"
                        + "\"user\":null,\"max_completion_tokens\":null}"))
                .isEqualTo(absent);
    }

    @Test
    void promptBytes_countAPromptOfEveryForm() {
        assertThat(scan("{\"prompt\":\"abc\"}").promptBytes()).isEqualTo(5);
        assertThat(scan("{\"prompt\":\"" + "x".repeat(100_000) + "\",\"n\":2}").promptBytes())
                .isEqualTo(100_002);
        assertThat(scan("{\"prompt\": [1,2,3] }").promptBytes()).isEqualTo(7);
        assertThat(scan("{\"max_completion_tokens\":9,\"max_tokens\":4}").maxTokens())
                .isEqualTo(9);
    }

    @Test
    void streamsAndSlices_giveTheSame() {
        String body = "{\"model\":\"m\",\"messages\":[{\"content\":\"" + "y".repeat(50_000) + "\"}]}";
        RequestOutline whole = scan(body);
        assertThat(RequestOutline.scan(new ByteArrayInputStream(body.getBytes(UTF_8))))
                .isEqualTo(whole);
        byte[] padded = ("###" + body + "###").getBytes(UTF_8);
        assertThat(RequestOutline.scan(padded, 3, padded.length - 6)).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "`{\"model\":5}` | model | invalid_type",
                "`{\"model\":\"a\",\"model\":\"b\"}` | model | duplicate_parameter",
                "`{\"stream\":\"yes\"}` | stream | invalid_type",
                "`{\"stream_options\":5}` | stream_options | invalid_type",
                "`{\"stream_options\":{\"include_usage\":5}}` | stream_options.include_usage | invalid_type",
                "`{\"max_tokens\":\"5\"}` | max_tokens | invalid_type",
                "`{\"max_tokens\":0}` | max_tokens | invalid_value",
                "`{\"max_tokens\":5.5}` | max_tokens | invalid_type",
                "`{\"n\":99999999999999}` | n | invalid_value",
                "`{\"user\":{}}` | user | invalid_type",
                "`{\"a\":1` | - | invalid_json",
                "`{\"messages\":[}` | - | invalid_json",
                "`{} {}` | - | invalid_json",
                "`[]` | - | invalid_json",
                "`` | - | invalid_json"
            })
    void whatIsWrong_isNamed(String body, String param, String code) {
        ApiError error =
                catchThrowableOfType(ApiException.class, () -> scan(body)).error();
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.status()).isEqualTo(400);
    }
}
