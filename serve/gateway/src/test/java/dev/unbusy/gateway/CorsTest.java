package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakRecorder.NoLeaks.class)
class CorsTest {
    private static final String PREFLIGHT = "OPTIONS /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\norigin: %s\r\n"
            + "access-control-request-method: POST\r\naccess-control-request-headers: authorization\r\n\r\n";
    private static final String GET = "GET /v1/models HTTP/1.1\r\nhost: localhost\r\norigin: %s\r\n\r\n";

    @Test
    void anAllowedOrigin_mayAskBefore_andReadTheAnswer() throws Exception {
        String allowed = "access-control-allow-origin: https://chat.example\r\n";
        try (Running running = new Running(Running.with(Map.of("corsOrigins", List.of("https://Chat.example"))))) {
            assertThat(ask(running, PREFLIGHT.formatted("https://chat.example"), "\r\n\r\n"))
                    .startsWith("HTTP/1.1 204")
                    .contains(allowed)
                    .contains("access-control-allow-headers: authorization\r\n");
            assertThat(ask(running, GET.formatted("https://chat.example"), "\"data\""))
                    .startsWith("HTTP/1.1 200")
                    .contains(allowed);
            String wrong = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\norigin: https://chat.example\r\n"
                    + "content-length: 2\r\n\r\n{}";
            assertThat(ask(running, wrong, "\"code\""))
                    .startsWith("HTTP/1.1 400")
                    .as("errors can be read too")
                    .contains(allowed);
            assertThat(ask(running, PREFLIGHT.formatted("https://other.example"), "\"code\""))
                    .startsWith("HTTP/1.1 403")
                    .doesNotContain("access-control");
        }
    }

    @Test
    void byDefault_noOriginIsAllowed() throws Exception {
        try (Running running = new Running()) {
            assertThat(ask(running, PREFLIGHT.formatted("https://chat.example"), "\"code\""))
                    .startsWith("HTTP/1.1 403")
                    .doesNotContain("access-control");
            assertThat(ask(running, GET.formatted("https://chat.example"), "\"data\""))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("access-control");
        }
    }

    private static String ask(Running running, String request, String until) throws Exception {
        try (RawClient client = new RawClient(running.gateway)) {
            client.send(request);
            return client.readUntil(until);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "chat.example", "https://chat.example/", "null"})
    void whatIsNoOrigin_isRefusedAtTheStart(String origin) {
        assertThatThrownBy(() -> Running.with(Map.of("corsOrigins", List.of(origin))))
                .rootCause()
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("cors_origins");
    }
}
