package dev.unbusy.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rejection, walked to its status, type and code. */
class ApiErrorTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<Arguments> rejections() {
        return Stream.of(
                Arguments.of(
                        "invalidJson", ApiError.invalidJson(2, 5, "x"), 400, "invalid_request_error", "invalid_json"),
                Arguments.of("emptyBody", ApiError.emptyBody(), 400, "invalid_request_error", "invalid_json"),
                Arguments.of(
                        "notAnObject", ApiError.notAnObject("a list"), 400, "invalid_request_error", "invalid_json"),
                Arguments.of(
                        "duplicateField",
                        ApiError.duplicateField("n"),
                        400,
                        "invalid_request_error",
                        "duplicate_parameter"),
                Arguments.of(
                        "bodyTooLarge", ApiError.bodyTooLarge(9), 413, "invalid_request_error", "request_too_large"),
                Arguments.of(
                        "missing",
                        ApiError.missing("model"),
                        400,
                        "invalid_request_error",
                        "missing_required_parameter"),
                Arguments.of(
                        "wrongType",
                        ApiError.wrongType("n", "an integer", "a string"),
                        400,
                        "invalid_request_error",
                        "invalid_type"),
                Arguments.of(
                        "outOfRange",
                        ApiError.outOfRange("top_p", 2, "from 0 to 1"),
                        400,
                        "invalid_request_error",
                        "invalid_value"),
                Arguments.of(
                        "invalidValue",
                        ApiError.invalidValue("stop", "is odd"),
                        400,
                        "invalid_request_error",
                        "invalid_value"),
                Arguments.of(
                        "badHeader",
                        ApiError.badHeader("x-unbusy-priority", "must be batch"),
                        400,
                        "invalid_request_error",
                        "invalid_value"),
                Arguments.of(
                        "otherModel",
                        ApiError.otherModel("m_1", "m_2"),
                        409,
                        "invalid_request_error",
                        "continuation_of_another_model"),
                Arguments.of(
                        "unknownParameter",
                        ApiError.unknownParameter("modell", "model"),
                        400,
                        "invalid_request_error",
                        "unknown_parameter"),
                Arguments.of(
                        "unsupported",
                        ApiError.unsupported("tools", "leave it out"),
                        400,
                        "invalid_request_error",
                        "unsupported_parameter"),
                Arguments.of(
                        "unknownModel",
                        ApiError.unknownModel("gpt-9", List.of("b", "a")),
                        404,
                        "invalid_request_error",
                        "model_not_found"),
                Arguments.of(
                        "inputTooLong",
                        ApiError.inputTooLong("input[3]", 5000, 4095),
                        400,
                        "invalid_request_error",
                        "context_length_exceeded"),
                Arguments.of(
                        "noEmbeddings", ApiError.noEmbeddings("x"), 400, "invalid_request_error", "unsupported_model"),
                Arguments.of(
                        "contextExceeded",
                        ApiError.contextExceeded(5000, 100, 4096),
                        400,
                        "invalid_request_error",
                        "context_length_exceeded"),
                Arguments.of("notFound", ApiError.notFound("GET", "/x"), 404, "invalid_request_error", "not_found"),
                Arguments.of(
                        "methodNotAllowed",
                        ApiError.methodNotAllowed("PUT", "/x", "POST"),
                        405,
                        "invalid_request_error",
                        "method_not_allowed"),
                Arguments.of(
                        "unauthorized",
                        ApiError.unauthorized("No key."),
                        401,
                        "authentication_error",
                        "invalid_api_key"),
                Arguments.of("forbidden", ApiError.forbidden("No."), 403, "permission_error", "forbidden"),
                Arguments.of("overloaded", ApiError.overloaded("Full.", 7), 429, "rate_limit_error", "overloaded"),
                Arguments.of(
                        "rateLimited", ApiError.rateLimited("Key.", 7), 429, "rate_limit_error", "rate_limit_exceeded"),
                Arguments.of("noWorker", ApiError.noWorker("restarting it.", 7), 503, "server_error", "no_worker"),
                Arguments.of("workerLost", ApiError.workerLost("Lost."), 502, "server_error", "worker_lost"),
                Arguments.of("timeout", ApiError.timeout("Late."), 504, "server_error", "timeout"),
                Arguments.of("internal", ApiError.internal("req-1"), 500, "server_error", "internal_error"),
                Arguments.of("clientClosed", ApiError.clientClosed(), 499, "invalid_request_error", "client_closed"),
                Arguments.of("http", ApiError.http(408, "Slow."), 408, "invalid_request_error", "request_timeout"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejections")
    void everyRejection_hasItsStatusTypeAndCode(String name, ApiError error, int status, String type, String code)
            throws Exception {
        assertThat(error.status()).isEqualTo(status);
        JsonNode body = JSON.readTree(error.body());
        assertThat(body.properties()).extracting(Map.Entry::getKey).containsExactly("error");
        assertThat(body.get("error").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("message", "type", "param", "code");
        assertThat(body.at("/error/type").textValue()).isEqualTo(type);
        assertThat(body.at("/error/code").textValue()).isEqualTo(code);
        assertThat(body.at("/error/message").textValue())
                .isEqualTo(error.message())
                .matches("(?s).*[.?]");
        assertThat(error.retryAfterSeconds() > 0).isEqualTo(status == 429 || status == 503);
        assertThat(error.exception().code()).isEqualTo(code);
    }

    @Test
    void theTableAbove_knowsEveryFactory() {
        List<String> factories = Arrays.stream(ApiError.class.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers()))
                .filter(method -> method.getReturnType() == ApiError.class)
                .map(java.lang.reflect.Method::getName)
                .toList();
        assertThat(rejections().map(row -> (String) row.get()[0])).containsExactlyInAnyOrderElementsOf(factories);
    }

    @Test
    void messages_nameFieldValueAndFix() {
        assertThat(ApiError.outOfRange("temperature", 2.5, "from 0 to 2").message())
                .isEqualTo("'temperature' is 2.5, but must be from 0 to 2.");
        assertThat(ApiError.unknownModel("gpt-9", List.of("b", "a")).message()).contains("'gpt-9'", "a, b");
        assertThat(ApiError.unknownModel("gpt-9", List.of()).message()).contains("No model is loaded");
        assertThat(ApiError.contextExceeded(5000, 100, 4096).message()).contains("4096", "5100", "5000");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 408, 413, 414, 417, 431, 500, 503, 505})
    void http_knowsWhatTheHttpLayerRefuses(int status) {
        ApiError error = ApiError.http(status, "message");
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.type()).isEqualTo(status < 500 ? "invalid_request_error" : "server_error");
        assertThat(error.code()).isNotEqualTo(status == 400 || status == 500 ? "" : "invalid_http");
    }

    @Test
    void sseEvent_isOneDataLine() {
        String event = new String(ApiError.workerLost("a\nb").sseEvent(), StandardCharsets.UTF_8);
        assertThat(event).startsWith("data: {\"error\":{").endsWith("}}\n\n");
        assertThat(event.trim()).doesNotContain("\n");
    }

    @Property
    void whateverTheClientSent_theBodyIsValidJson(@ForAll String model) throws Exception {
        JsonNode body =
                JSON.readTree(ApiError.unknownModel(model, List.of(model)).body());
        assertThat(body.at("/error/message").textValue().length()).isLessThan(400);
    }

    @Test
    void aLongListOfModels_isCutShort() {
        Map<String, Integer> models = new LinkedHashMap<>();
        for (int i = 0; i < 1_000; i++) {
            models.put("model-" + i, i);
        }
        assertThat(ApiError.unknownModel("x", models.keySet()).message()).hasSizeLessThan(500);
    }
}
