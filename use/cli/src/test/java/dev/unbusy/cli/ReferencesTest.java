package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.config.ConfigReader;
import dev.unbusy.config.ConfigReference;
import dev.unbusy.metrics.Metric;
import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/**
 * The reference pages are what the code says. To write them anew: {@code ./unbusy verify -pl use/cli -am
 * -Dtest=ReferencesTest -Dsurefire.failIfNoSpecifiedTests=false -Dunbusy.update.docs=true}.
 */
class ReferencesTest {
    private static final Path HOME = Path.of(Objects.requireNonNull(
            System.getProperty("unbusy.test.home"), "the property unbusy.test.home is not set: run ./unbusy verify"));

    @ParameterizedTest
    @EnumSource(Lang.class)
    void commands(Lang lang) {
        StringBuilder page = new StringBuilder(title(lang, Text.of("Commands", "命令")));
        CommandLine root = Cli.commandLine(Run.io(lang));
        section(page, "unbusy", root);
        root.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                section(page, "unbusy " + name, command);
                command.getSubcommands().forEach((own, part) -> section(page, "unbusy " + name + " " + own, part));
            }
        });
        same("cli", lang, page.toString());
    }

    @ParameterizedTest
    @EnumSource(Lang.class)
    void configuration(Lang lang) {
        same("configuration", lang, ConfigReference.markdown(Settings.schema(), lang));
    }

    @ParameterizedTest
    @EnumSource(Lang.class)
    void metrics(Lang lang) {
        StringBuilder page = new StringBuilder(title(lang, Text.of("Metrics", "指标")));
        page.append(Text.of(
                        "| name | kind | labels | meaning |\n|---|---|---|---|\n",
                        "| 名称 | 类型 | 标签 | 含义 |\n|---|---|---|---|\n")
                .in(lang));
        Stream.of(Metric.values())
                .sorted(Comparator.comparing(Metric::id))
                .forEach(metric -> page.append("| `")
                        .append(metric.id())
                        .append("` | ")
                        .append(metric.kind().name().toLowerCase(java.util.Locale.ROOT))
                        .append(" | ")
                        .append(String.join(", ", metric.labels()))
                        .append(" | ")
                        .append(lang == Lang.ZH ? metric.chinese() : metric.english())
                        .append(" |\n"));
        same("metrics", lang, page.toString());
    }

    @ParameterizedTest
    @EnumSource(Lang.class)
    void theExampleFile_isReadWithTheDefaults(Lang lang) {
        String example = ConfigReference.example(Settings.schema(), lang);
        assertThat(ConfigReader.read(Settings.schema(), "example", example.getBytes(UTF_8)))
                .usingRecursiveComparison()
                .isEqualTo(Settings.read(null));
    }

    @Test
    void theWritingSwitch_isOffInCi() {
        assertThat(Boolean.getBoolean("unbusy.update.docs") && System.getenv("CI") != null)
                .isFalse();
    }

    private static String title(Lang lang, Text title) {
        Text note = Text.of("Generated from the code; a test compares.", "由代码生成，并由测试比对。");
        return "# " + title.in(lang) + "\n\n" + note.in(lang) + "\n\n";
    }

    private static void section(StringBuilder page, String name, CommandLine command) {
        page.append("## ")
                .append(name)
                .append("\n\n```text\n")
                .append(command.getUsageMessage(CommandLine.Help.Ansi.OFF).strip())
                .append("\n```\n\n");
    }

    private static void same(String name, Lang lang, String text) {
        Path file = HOME.resolve("docs/reference/" + name + (lang == Lang.ZH ? ".zh-CN.md" : ".md"));
        String page = text.strip() + "\n";
        try {
            if (Boolean.getBoolean("unbusy.update.docs")) {
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.writeString(file, page);
            }
            assertThat(Files.readString(file))
                    .as("%s; to write it anew: -Dunbusy.update.docs=true", file)
                    .isEqualTo(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
