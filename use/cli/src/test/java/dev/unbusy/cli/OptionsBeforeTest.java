package dev.unbusy.cli;

import static dev.unbusy.cli.ServerStub.delta;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OptionsBeforeTest {
    @Test
    void json_beforeTheCommandMeansTheSameAsAfterIt() throws Exception {
        try (ServerStub server = new ServerStub()) {
            server.will(delta("content", "a"), "[DONE]");
            Run run = Run.with(java.util.Set.of(), "hi\n", "--json", "chat", "--url", server.url());
            assertThat(run.out()).startsWith("{\"url\":").contains("\"assistant\":\"a\"");
        }
    }

    @Test
    void whatStandsAfterTheCommand_hasTheLastWord() throws Exception {
        try (ServerStub server = new ServerStub()) {
            server.will(delta("content", "a"), "[DONE]");
            Run run = Run.with(java.util.Set.of(), "hi\n", "--json", "chat", "--json=false", "--url", server.url());
            assertThat(run.out()).isEqualTo("a\n");
        }
    }

    @Test
    void verbose_beforeTheCommandShowsTheStackToo() {
        assertThat(Run.of("--verbose", "status").err()).contains("\tat dev.unbusy.cli.");
        assertThat(Run.of("status", "--verbose").err()).contains("\tat dev.unbusy.cli.");
        assertThat(Run.of("status").err()).doesNotContain("\tat ");
    }

    @Test
    void lang_mayStandAnywhere() {
        assertThat(Run.of("--lang", "zh", "status").err())
                .isEqualTo(Run.of("status", "--lang=zh").err())
                .containsPattern("\\p{IsHan}");
    }

    @Test
    void json_beforeACommandThatHasNoDocument_isRefused() {
        Run run = Run.of("--json", "warm-up-classes");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("unbusy warm-up-classes has no option --json");
    }

    @Test
    void aWordWithAnAtSign_isTextAndNotAFileOfArguments() throws Exception {
        try (ServerStub server = new ServerStub()) {
            server.will(delta("content", "a"), "[DONE]");
            Run.with(java.util.Set.of(), "hi\n", "chat", "--url", server.url(), "--system", "@/etc/hostname");
            assertThat(server.questions()
                            .getFirst()
                            .path("messages")
                            .get(0)
                            .path("content")
                            .asText())
                    .isEqualTo("@/etc/hostname");
        }
    }
}
