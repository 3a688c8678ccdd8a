package dev.unbusy.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Checks of request readers: what the worker is asked, and what is refused. Quotes are written {@code '} in the tests. */
final class DialectCase {
    private DialectCase() {}

    static DialectRequest read(Dialect dialect, String request) {
        return dialect.read(DialectSamples.bytes(request.replace('\'', '"')));
    }

    /** @param expected of the worker's body, without model and stream */
    static void becomes(Dialect dialect, String request, String expected) {
        DialectRequest read = read(dialect, request);
        var body = (com.fasterxml.jackson.databind.node.ObjectNode) DialectSamples.json(read.body("w"));
        assertThat(body.remove("model").asText()).isEqualTo("w");
        assertThat(body.remove("stream").asBoolean()).isEqualTo(read.stream());
        var options = body.remove("stream_options");
        assertThat(options == null ? "none" : options.toString())
                .isEqualTo(read.stream() ? "{\"include_usage\":true}" : "none");
        assertThat(body).isEqualTo(DialectSamples.json(expected.replace('\'', '"')));
        // What a dialect takes, our worker takes too.
        switch (read.route()) {
            case CHAT -> ChatRequest.parse(read.body("w"));
            case COMPLETIONS -> CompletionRequest.parse(read.body("w"));
            case NONE -> {}
        }
    }

    /** @param param the field, in the dialect's terms */
    static void refused(Dialect dialect, String request, String param, String part) {
        ApiException refusal = catchThrowableOfType(ApiException.class, () -> read(dialect, request));
        assertThat(refusal).as(request).isNotNull();
        assertThat(refusal.error().status()).isEqualTo(400);
        assertThat(refusal.error().param()).isEqualTo(param);
        assertThat(refusal.error().message()).contains(part);
    }
}
