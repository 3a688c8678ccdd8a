package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.CompletionRequest.Prompt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingRequestTest {
    private static EmbeddingRequest parse(String fields) {
        return EmbeddingRequest.parse(("{\"model\":\"m\"," + fields + "}").getBytes(UTF_8));
    }

    @Test
    void inputs_comeInFourForms() {
        assertThat(parse("\"input\":\"a\"").inputs()).containsExactly(new Prompt.Text("a"));
        assertThat(parse("\"input\":[\"a\",\"b\"]").inputs())
                .containsExactly(new Prompt.Text("a"), new Prompt.Text("b"));
        assertThat(parse("\"input\":[1,2,3]").inputs())
                .singleElement()
                .isInstanceOfSatisfying(
                        Prompt.Tokens.class, t -> assertThat(t.ids()).containsExactly(1, 2, 3));
        assertThat(parse("\"input\":[[1],[2,3]]").inputs())
                .hasSize(2)
                .last()
                .isInstanceOfSatisfying(
                        Prompt.Tokens.class, t -> assertThat(t.ids()).containsExactly(2, 3));
    }

    @Test
    void options_areReadOrLeftOut() {
        EmbeddingRequest plain = parse("\"input\":\"a\",\"dimensions\":null");
        assertThat(plain.base64()).isFalse();
        assertThat(plain.dimensions()).isZero();
        assertThat(plain.user()).isNull();
        EmbeddingRequest full =
                parse("\"input\":\"a\",\"encoding_format\":\"base64\",\"dimensions\":256,\"user\":\"u\"");
        assertThat(full.base64()).isTrue();
        assertThat(full.dimensions()).isEqualTo(256);
        assertThat(full.user()).isEqualTo("u");
        assertThat(parse("\"input\":\"a\",\"encoding_format\":\"float\"").base64())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"user\":\"u\"                           | input              | missing_required_parameter",
                "\"input\":\"\"                           | input              | invalid_value",
                "\"input\":[]                             | input              | invalid_value",
                "\"input\":[\"a\",\"b\",\"c\",\"\"]       | input[3]           | invalid_value",
                "\"input\":[[1],[]]                       | input[1]           | invalid_value",
                "\"input\":[[1],[2,-3]]                   | input[1][1]        | invalid_value",
                "\"input\":[\"a\",true]                   | input[1]           | invalid_type",
                "\"input\":{}                             | input              | invalid_type",
                "\"input\":\"a\",\"encoding_format\":\"x\"| encoding_format    | invalid_value",
                "\"input\":\"a\",\"dimensions\":0         | dimensions         | invalid_value",
                "\"input\":\"a\",\"dimension\":5          | dimension          | unknown_parameter",
                "\"input\":\"a\",\"nothing\":null         | nothing            | unknown_parameter",
                "\"input\":\"a\",\"user_id\":\"not ok\"   | user_id            | invalid_value",
            })
    void wrongFields_areRefusedByName(String fields, String param, String code) {
        ApiException refused = catchThrowableOfType(ApiException.class, () -> parse(fields));
        assertThat(refused.error().status()).isEqualTo(400);
        assertThat(refused.error().param()).isEqualTo(param);
        assertThat(refused.error().code()).isEqualTo(code);
    }

    @Test
    void moreInputsThanAllowed_areRefused() {
        String most = "\"a\",".repeat(EmbeddingRequest.MAX_INPUTS - 1) + "\"a\"";
        assertThat(parse("\"input\":[" + most + "]").inputs()).hasSize(2_048);
        assertThat(catchThrowableOfType(ApiException.class, () -> parse("\"input\":[" + most + ",\"a\"]"))
                        .error()
                        .message())
                .contains("input", "2048");
    }

    @Test
    void answer_isOpenAIs_inBothEncodings() throws IOException {
        List<float[]> vectors = List.of(new float[] {0.1f, -1e-9f, 1}, new float[] {0, 0.33333334f, -0.5f});
        JsonNode plain = new ObjectMapper().readTree(EmbeddingWriter.write("m \"1\"", vectors, 7, false));
        assertThat(plain.path("object").asText()).isEqualTo("list");
        assertThat(plain.path("model").asText()).isEqualTo("m \"1\"");
        assertThat(plain.path("usage").toString()).isEqualTo("{\"prompt_tokens\":7,\"total_tokens\":7}");
        JsonNode packed = new ObjectMapper().readTree(EmbeddingWriter.write("m", vectors, 7, true));
        for (int i = 0; i < 2; i++) {
            JsonNode data = plain.path("data").path(i);
            assertThat(data.path("object").asText()).isEqualTo("embedding");
            assertThat(data.path("index").asInt()).isEqualTo(i);
            byte[] bytes = Base64.getDecoder()
                    .decode(packed.path("data").path(i).path("embedding").asText());
            ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int k = 0; k < 3; k++) {
                float number = data.path("embedding").path(k).floatValue();
                assertThat(number).isEqualTo(vectors.get(i)[k]);
                assertThat(floats.getFloat()).isEqualTo(number);
            }
        }
    }
}
