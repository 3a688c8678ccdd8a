package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Lang;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** The two bundles of help texts say the same things. */
class BundlesTest {
    @Test
    void bothBundles_haveTheSameKeysAndNoEmptyText() throws IOException {
        Properties english = read("messages.properties");
        Properties chinese = read("messages_zh.properties");
        assertThat(chinese.stringPropertyNames()).isEqualTo(english.stringPropertyNames());
        assertThat(english.values()).noneMatch(text -> text.toString().isBlank());
        assertThat(chinese.values()).noneMatch(text -> text.toString().isBlank());
    }

    @Test
    void everyCommandAndOption_isDescribedInBothLanguages() {
        for (Lang lang : Lang.values()) {
            List<String> bare = new ArrayList<>();
            CommandLine root = Cli.commandLine(Run.io(lang));
            Map<String, CommandLine> commands = new LinkedHashMap<>();
            root.getSubcommands().forEach((name, command) -> {
                commands.put(name, command);
                command.getSubcommands().forEach((own, part) -> commands.put(name + " " + own, part));
            });
            commands.forEach((name, command) -> {
                if (command.getCommandSpec().usageMessage().header().length == 0) {
                    bare.add(name);
                }
                for (ArgSpec argument : command.getCommandSpec().args()) {
                    if (argument.description().length == 0) {
                        bare.add(name + " " + argument.paramLabel());
                    }
                }
            });
            assertThat(bare).as(lang.name()).isEmpty();
        }
    }

    private static Properties read(String name) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = new InputStreamReader(
                Objects.requireNonNull(BundlesTest.class.getResourceAsStream(name), name), UTF_8)) {
            properties.load(reader);
        }
        return properties;
    }
}
