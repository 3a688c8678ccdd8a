package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What has been fetched and built once is used as it is. */
class SecondStartTest {
    private static final String SCRIPT = """
            ip link set lo up
            coproc UP { exec "$1" up --port 0; }
            read -r word url <&"${UP[0]}"
            echo "$word"
            port=${url##*:}
            exec 3<>"/dev/tcp/127.0.0.1/$port"
            body='{"model":"unbusy","max_tokens":4,"messages":[{"role":"user","content":"Say hello."}]}'
            printf 'POST /v1/chat/completions HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n' >&3
            printf 'Content-Length: %d\\r\\n\\r\\n%s' "${#body}" "$body" >&3
            head -n 1 <&3
            kill -TERM "$UP_PID"
            wait "$UP_PID"
            echo "ended $?"
            """;

    @Test
    void withoutANetwork_itServes_andBuildsNothing() throws Exception {
        Path built = RunningUnbusy.HOME.resolve("use/cli/target/dist/built");
        Path log = RunningUnbusy.HOME.resolve("use/cli/target/build.log");
        var before = Files.getLastModifiedTime(built);
        var logBefore = Files.exists(log) ? Files.getLastModifiedTime(log) : null;
        try (Namespaces offline =
                Namespaces.run("--net", "ip link set lo up", Map.of(), SCRIPT, RunningUnbusy.launcher())) {
            assertThat(offline.line()).as(offline.standardError()).isEqualTo("ready");
            assertThat(offline.line()).as(offline.standardError()).startsWith("HTTP/1.1 200");
            assertThat(offline.line()).isEqualTo("ended 0");
            assertThat(offline.standardError()).doesNotContain("Building").doesNotContain("WARN");
        }
        assertThat(Files.getLastModifiedTime(built)).isEqualTo(before);
        assertThat(Files.exists(log) ? Files.getLastModifiedTime(log) : null).isEqualTo(logBefore);
    }
}
