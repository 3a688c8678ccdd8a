package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestGuardTest {
    private final RequestGuard guard = new RequestGuard("127.0.0.1", List.of("llm.example.com"));

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // Host, Origin, GET/HEAD, refusal
                "127.0.0.1:8080,        -,                       false, -",
                "localhost:9000,        -,                       false, -",
                "LOCALHOST.,            -,                       false, -",
                "app.localhost:8080,    -,                       false, -",
                "[::1]:8080,            -,                       false, -",
                "127.8.9.10,            -,                       false, -",
                "llm.example.com,       -,                       false, -",
                "LLM.example.com:443,   https://llm.example.com, false, -",
                "-,                     -,                       false, -",
                "evil.example,          -,                       true,  FOREIGN_HOST",
                "evil.example:8080,     http://evil.example:8080, false, FOREIGN_HOST",
                "127.0.0.1.evil.example, -,                      true,  FOREIGN_HOST",
                "notlocalhost,          -,                       true,  FOREIGN_HOST",
                "192.168.1.5:8080,      -,                       true,  FOREIGN_HOST",
                "'',                    -,                       true,  FOREIGN_HOST",
                "[::1,                  -,                       true,  FOREIGN_HOST",
                "localhost:8080,        http://localhost:8080,   false, -",
                "localhost:8080,        http://LOCALHOST:8080,   false, -",
                "localhost,             http://localhost:80,     false, -",
                "localhost:8080,        http://localhost:3000,   false, CROSS_SITE",
                "localhost:8080,        http://evil.example,     false, CROSS_SITE",
                "localhost:8080,        null,                    false, CROSS_SITE",
                "-,                     http://evil.example,     false, CROSS_SITE",
                "localhost:8080,        http://evil.example,     true,  -"
            })
    void aRequest_isRefusedWhereAWebPageCouldBeBehindIt(String host, String origin, boolean safe, String refusal) {
        RequestGuard.Refusal found = guard.check(host, false, origin, safe);
        assertThat(found == null ? null : found.name()).isEqualTo(refusal);
    }

    @Test
    void whereKeysAreAskedFor_anyNameMayLeadHere_butStillNoPageOfAnotherSite() {
        assertThat(guard.check("models.example", true, null, false)).isNull();
        assertThat(guard.check("models.example", true, "http://evil.example", false))
                .isEqualTo(RequestGuard.Refusal.CROSS_SITE);
    }

    @Test
    void loopbackNames_areThoseThatEveryResolverKeepsOnThisMachine() {
        assertThat(List.of("localhost", "a.localhost", "127.0.0.1", "127.255.255.254", "::1"))
                .allMatch(RequestGuard::isLoopback);
        assertThat(List.of("0.0.0.0", "::", "128.0.0.1", "127.0.0.1.example", "localhost.example", "127.0.0"))
                .noneMatch(RequestGuard::isLoopback);
    }
}
