package dev.unbusy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Lang;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CliTest {
    @ParameterizedTest
    @ValueSource(strings = {"up", "status", "why", "gateway", "chat", "pull", "models", "bench", "worker"})
    void everyCommand_hasHelpInBothLanguagesOnStandardOutput(String command) {
        Run english = Run.of(command, "--help");
        Run chinese = Run.of("--lang", "zh", command, "--help");
        assertThat(english.code()).isZero();
        assertThat(chinese.code()).isZero();
        assertThat(english.out()).contains("Usage: unbusy " + command);
        assertThat(english.out()).doesNotContainPattern("\\p{IsHan}");
        assertThat(chinese.out()).containsPattern("\\p{IsHan}").isNotEqualTo(english.out());
        assertThat(english.err()).isEmpty();
        assertThat(chinese.err()).isEmpty();
    }

    /** The contract has it for every command; the one left out only walks classes for the launcher. */
    @Test
    void everyCommand_hasJson() {
        CommandLine root = Cli.commandLine(Run.io(Lang.EN));
        assertThat(root.getSubcommands()).hasSizeGreaterThan(7);
        Objects.requireNonNull(root.getSubcommands().get("keys"))
                .getSubcommands()
                .forEach((name, command) -> assertThat(command.getCommandSpec().findOption("--json"))
                        .as("keys %s --json", name)
                        .isNotNull());
        root.getSubcommands()
                .forEach((name, command) -> assertThat(command.getCommandSpec().findOption("--json") != null)
                        .as("%s --json", name)
                        .isEqualTo(!name.equals("warm-up-classes")));
    }

    @Test
    void worker_speaksToItsSupervisorOrInJson_notBoth() {
        Run run = Run.of("worker", "--model", "x.gguf", "--json", "--parent-pipe");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("--json and --parent-pipe are both given");
    }

    @Test
    void version_isOneLine() {
        Run run = Run.of("--version");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("unbusy ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "--nonsense", "up --port", "up --port=x", "status --nonsense", "pull"})
    void aWrongCommandLine_isExitCode2AndSaidOnStandardErrorOnly(String line) {
        Run run = Run.of(line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isNotBlank().containsAnyOf("--help", "What to do");
    }

    @Test
    void anUnknownLanguage_isExitCode2() {
        Run run = Run.of("--lang", "fr", "status");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("\"fr\"").contains("en or zh");
    }

    @Test
    void aMissingConfigurationFile_isNamedInTheReadersLanguage() {
        Run english = Run.of("up", "--config", "/nonexistent/unbusy.yaml");
        Run chinese = Run.of("--lang", "zh", "up", "--config", "/nonexistent/unbusy.yaml");
        assertThat(english.code()).isEqualTo(2);
        assertThat(english.err()).contains("/nonexistent/unbusy.yaml").contains("What to do");
        assertThat(chinese.code()).isEqualTo(2);
        assertThat(chinese.err()).contains("/nonexistent/unbusy.yaml").contains("怎么办");
    }

    @Test
    void statusWithoutAService_saysHowToStartOne() {
        Run run = Run.of("status");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("unbusy up");
    }
}
