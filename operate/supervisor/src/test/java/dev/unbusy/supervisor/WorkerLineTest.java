package dev.unbusy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerLineTest {
    @Test
    void everyKind_isReadAsItWasWritten() {
        URI uri = URI.create("http://127.0.0.1:4711");
        assertThat(WorkerLine.parse(WorkerLine.loading(0))).isEqualTo(new WorkerLine.Loading(0));
        assertThat(WorkerLine.parse(WorkerLine.loading(1000))).isEqualTo(new WorkerLine.Loading(1000));
        assertThat(WorkerLine.parse(WorkerLine.listening(uri))).isEqualTo(new WorkerLine.Listening(uri));
        SupervisorException error = new SupervisorException(
                "model-file-corrupt", new Text("\"m\" is\nbad", "“m” 已\n损坏"), Text.same("Fetch it again."));
        String line = WorkerLine.refused(error);
        assertThat(line).doesNotContain("\n");
        assertThat(WorkerLine.parse(line))
                .isEqualTo(new WorkerLine.Refused(new LoadRefusal(error.code(), error.text(), error.remedy())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "progress",
                "progress -1",
                "progress 1001",
                "progress 99999999999",
                "ready",
                "ready ftp://x:1",
                "ready http://127.0.0.1",
                "ready http://[",
                "failed",
                "failed {",
                "failed []",
                "failed {\"code\":\"A B\"}",
                "hello"
            })
    void anythingElse_isPassedOnAsItIs(String line) {
        assertThat(WorkerLine.parse(line)).isEqualTo(new WorkerLine.Other(line));
    }

    @Property
    void anyText_isSomeLine(@ForAll String text) {
        for (String verb : new String[] {"", "progress ", "ready ", "failed "}) {
            assertThat(WorkerLine.parse(verb + text)).isNotNull();
        }
    }

    @Test
    void aLineWithoutEnd_isCutNotKept() throws IOException {
        byte[] bytes = ("x".repeat(1_000_000) + "\nshort\r\nlast").getBytes(StandardCharsets.UTF_8);
        BoundedLines lines = new BoundedLines(new ByteArrayInputStream(bytes));
        assertThat(lines.next()).hasSize(BoundedLines.LONGEST);
        assertThat(lines.next()).isEqualTo("short");
        assertThat(lines.next()).isEqualTo("last");
        assertThat(lines.next()).isNull();
    }
}
