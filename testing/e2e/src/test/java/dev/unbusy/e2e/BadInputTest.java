package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every wrong request gets a 4xx in the API's envelope that names the field and the fix. */
class BadInputTest {
    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @SuppressWarnings("NullAway.Init")
    private static RunningUnbusy unbusy;

    @BeforeAll
    static void start() throws Exception {
        unbusy = RunningUnbusy.start();
    }

    @AfterAll
    static void stop() throws Exception {
        unbusy.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{                                          | 400 | null",
                "[]                                         | 400 | null",
                "{\"model\":\"SmolLM2-135M-Instruct\"}      | 400 | messages",
                "{HI}                                       | 400 | model",
                "{\"model\":5,HI}                           | 400 | model",
                "{\"model\":\"gpt-9\",HI}                   | 404 | model",
                "{M,\"messages\":\"hi\"}                    | 400 | messages",
                "{M,\"messages\":[]}                        | 400 | messages",
                "{M,\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]} | 400 | messages[0].role",
                "{M,HI,\"max_tokens\":\"9\"}                | 400 | max_tokens",
                "{M,HI,\"max_tokens\":0}                    | 400 | max_tokens",
                "{M,HI,\"temperature\":2.5}                 | 400 | temperature",
                "{M,HI,\"top_p\":-1}                        | 400 | top_p",
                "{M,HI,\"stream\":\"yes\"}                  | 400 | stream",
                "{M,HI,\"stream_options\":{\"include_usage\":true}} | 400 | stream_options",
                "{M,HI,\"top_logprobs\":3}                  | 400 | top_logprobs",
                "{M,HI,\"response_format\":{\"type\":\"yaml\"}} | 400 | response_format",
                "{M,HI,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":"
                        + "{\"type\":\"array\",\"uniqueItems\":true}}}} | 400 | response_format.json_schema.schema",
                "{M,HI,\"tools\":[{\"type\":\"function\",\"function\":{}}]} | 400 | tools[0].function.name",
                "{M,HI,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"
                        + "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}} | 400 | tool_choice",
                "{M,HI,\"temprature\":1}                    | 400 | temprature",
                "{M,HI,\"n\":0}                             | 400 | n",
                "{M,HI,\"logit_bias\":{\"x\":1}}            | 400 | logit_bias"
            })
    void chat_namesTheField(String body, int status, String param) throws Exception {
        HttpResponse<String> response = unbusy.send(
                unbusy.chat(body.replace("HI", HI).replace("{M,", "{\"model\":\"SmolLM2-135M-Instruct\",")));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = RunningUnbusy.JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.has("type") && error.has("code")).isTrue();
        assertThat(error.path("param").asText()).startsWith(param);
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void aTooLargeBody_isRefusedWithTheLimit() throws Exception {
        HttpResponse<String> response = unbusy.send(unbusy.chat("x".repeat(40_000_000)));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("error");
    }

    @Test
    void unknownPathsAndMethods_haveTheEnvelopeToo() throws Exception {
        HttpResponse<String> path = unbusy.send(
                HttpRequest.newBuilder(URI.create(unbusy.url() + "/v1/nothing")).build());
        assertThat(path.statusCode()).isEqualTo(404);
        assertThat(path.body()).contains("\"error\"");
        HttpResponse<String> method =
                unbusy.send(HttpRequest.newBuilder(URI.create(unbusy.url() + "/v1/chat/completions"))
                        .DELETE()
                        .build());
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("allow")).hasValue("POST");
    }

    @Test
    void healthReadinessAndMetrics_answer() throws Exception {
        for (String path : new String[] {"/healthz", "/readyz", "/metrics"}) {
            HttpResponse<String> response = unbusy.send(
                    HttpRequest.newBuilder(URI.create(unbusy.url() + path)).build());
            assertThat(response.statusCode()).as(path).isEqualTo(200);
        }
    }
}
