package dev.unbusy.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.config.Samples.Door;
import dev.unbusy.config.Samples.Room;
import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigReferenceTest {
    record Bare(int port) {}

    record WrongDefault(
            @Setting(value = "x", en = "", zh = "") int port) {}

    record DefaultOutOfRange(
            @Setting(value = "7", max = 6, en = "", zh = "") int port) {}

    record Strange(@Setting(value = "", en = "", zh = "") Thread thread) {}

    @ParameterizedTest
    @EnumSource(Lang.class)
    void example_isReadAsTheDefaults(Lang lang) {
        String example = ConfigReference.example(Samples.schema(), lang);
        Config read = ConfigReader.read(Samples.schema(), "example", example.getBytes(UTF_8));
        Config defaults = Config.defaults(Samples.schema());
        assertThat(read.section(Door.class)).isEqualTo(defaults.section(Door.class));
        assertThat(read.section(Room.class)).isEqualTo(defaults.section(Room.class));
    }

    @Test
    void markdown_hasOneLineForEveryKeyAndEscapesTheColumns() {
        String page = ConfigReference.markdown(Samples.schema(), Lang.EN);
        assertThat(page)
                .contains("## `door`", "## `room`")
                .contains("| `port` | a whole number, 0 to 65535 | `8080` | Port. |")
                .contains("| `host` | text | `\"127.0.0.1\"` | Address \\| host. |");
        assertThat(page.lines().filter(line -> line.startsWith("| `")).count()).isEqualTo(12);
        assertThat(ConfigReference.markdown(Samples.schema(), Lang.ZH)).contains("| `port` | 整数，0 至 65535 |");
    }

    @Test
    void schema_refusesRecordsThatCannotBeSettings() {
        assertRefused(Bare.class, "has no @Setting");
        assertRefused(WrongDefault.class, "the default of s.port is \"x\"");
        assertRefused(DefaultOutOfRange.class, "the default of s.port is \"7\"");
        assertRefused(Strange.class, "does not know the type java.lang.Thread");
        assertThatThrownBy(() -> ConfigSchema.of(Map.of("door", Door.class), Map.of("door.port", Text.same("x"))))
                .hasMessageContaining("door.port is retired and still a key");
    }

    private static void assertRefused(Class<? extends Record> type, String message) {
        assertThatThrownBy(() -> ConfigSchema.of(Map.of("s", type), Map.of())).hasMessageContaining(message);
    }
}
