package dev.unbusy.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.config.Samples.Door;
import dev.unbusy.config.Samples.Policy;
import dev.unbusy.config.Samples.Room;
import dev.unbusy.units.Bytes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    @Test
    void read_takesEveryTypeAndLeavesTheRestAtItsDefault() {
        Config config = read("""
                door:
                  port: 9_000
                  largest_body: 2MiB
                  policy: round-robin
                room:
                  folder: /data/models
                  share: 0.5
                  enabled: false
                  names: [a, "5", c]
                  labels: {zone: eu, rack: 7}
                  limit: 12
                """);
        assertThat(config.section(Door.class))
                .isEqualTo(new Door(9000, "127.0.0.1", Bytes.mebi(2), Policy.ROUND_ROBIN));
        assertThat(config.section(Room.class))
                .isEqualTo(new Room(
                        Path.of("/data/models"),
                        0.5,
                        false,
                        List.of("a", "5", "c"),
                        Map.of("zone", "eu", "rack", "7"),
                        12L,
                        1,
                        9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "# nothing\n", "door:\n", "door:\nroom:\n", "room:\n  folder:\n  limit: null\n", "---\n"})
    void read_ofAFileThatSaysNothing_givesTheDefaults(String text) {
        Config defaults = Config.defaults(Samples.schema());
        Config config = read(text);
        assertThat(config.section(Door.class)).isEqualTo(defaults.section(Door.class));
        assertThat(config.section(Room.class)).isEqualTo(defaults.section(Room.class));
        assertThat(defaults.section(Room.class).folder()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    'dor: {port: 1}'                 | f.yaml:1: unknown section "dor"; did you mean "door"?
                    'zzzzzz: 1'                      | f.yaml:1: unknown section "zzzzzz"
                    'door:\n  prot: 1'               | f.yaml:2: unknown key "door.prot"; did you mean "port"?
                    'door:\n  largest-body: 1MiB'    | f.yaml:2: unknown key "door.largest-body"; did you mean "largest_body"?
                    'door:\n  listen: x'             | f.yaml:2: "door.listen" is no longer a setting
                    'attic: {}'                      | f.yaml:1: "attic" is no longer a setting
                    'door:\n  port: 70000'           | f.yaml:2: door.port is "70000"; it must be a whole number, 0 to 65535
                    'door:\n  port: -1'              | f.yaml:2: door.port is "-1"; it must be a whole number, 0 to 65535
                    'door:\n  port: 99999999999999'  | f.yaml:2: door.port is "99999999999999"; it must be a whole number, 0 to 65535
                    'door:\n  port: 0123'            | f.yaml:2: door.port is "0123"; it must be a whole number, 0 to 65535
                    'door:\n  port: "80"'            | f.yaml:2: door.port is the text "80"; it must be a whole number, 0 to 65535
                    'door:\n  port: [80]'            | f.yaml:2: door.port is a list; it must be a whole number, 0 to 65535
                    'door:\n  port: {a: 1}'          | f.yaml:2: door.port is a mapping; it must be a whole number, 0 to 65535
                    'door:\n  port:'                 | f.yaml:2: door.port is empty; it must be a whole number, 0 to 65535
                    'door:\n  port: 8 0'             | f.yaml:2: door.port is "8 0"; it must be a whole number, 0 to 65535
                    'door:\n  policy: fastest'       | f.yaml:2: door.policy is "fastest"; it must be one of round-robin, unbusy
                    'door:\n  largest_body: 5GiB'    | f.yaml:2: door.largest_body is "5GiB"; it must be a size, for instance 512MiB or 4GB, 1KiB to 1GiB
                    'room:\n  share: 1.5'            | f.yaml:2: room.share is "1.5"; it must be a number, 0 to 1
                    'room:\n  share: NaN'            | f.yaml:2: room.share is "NaN"; it must be a number, 0 to 1
                    'room:\n  enabled: yes'          | f.yaml:2: room.enabled is "yes"; it must be true or false
                    'room:\n  names: a'              | f.yaml:2: room.names is "a"; it must be a list of texts
                    'room:\n  names: [a, [b]]'       | f.yaml:2: room.names is a list; it must be a list of texts
                    'room:\n  labels: {a: {b: c}}'   | f.yaml:2: room.labels is a mapping; it must be a mapping of text to text
                    'room:\n  limit: 0'              | f.yaml:2: room.limit is "0"; it must be a whole number, at least 1
                    '\n\nroom:\n  low: 10'           | f.yaml:3: low is 10, above high, which is 9
                    'door:\n  port: 1\n  port: 2'    | f.yaml:3: "port" stands twice; the first is in line 2
                    'door: 5'                        | f.yaml:1: door is "5"; it must be a mapping of names to values
                    '- door'                         | f.yaml:1: f.yaml is a list; it must be a mapping of names to values
                    'door: &a {port: 1}'             | f.yaml:1: an anchor or alias (& or *) is not supported in a configuration file
                    'door: *a'                       | f.yaml:1: an anchor or alias (& or *) is not supported in a configuration file
                    'door: !!map {port: 1}'          | f.yaml:1: a tag (!) is not supported in a configuration file
                    'door: {}\n---\nroom: {}'        | f.yaml:3: a second document is not supported in a configuration file
                    """)
    void read_ofAMistake_namesPlaceKeyValueAndWhatIsAllowed(String text, String message) {
        ConfigException refusal = refusal(text.replace("\\n", "\n"));
        assertThat(refusal.getMessage()).isEqualTo(message);
        assertThat(refusal.code()).isEqualTo("config-invalid");
        assertThat(refusal.remedy().en()).isNotBlank();
        assertThat(refusal.text().zh()).isNotEqualTo(message);
        assertThat(refusal.remedy().zh()).isNotEqualTo(refusal.remedy().en());
    }

    @Test
    void read_ofARetiredKey_saysWhatToUseInstead() {
        assertThat(refusal("door:\n  listen: x").remedy().en()).isEqualTo("Use door.host and door.port.");
    }

    @Test
    void read_ofBrokenYaml_namesTheLine() {
        assertThat(refusal("door:\n  port: [1,\n").getMessage())
                .startsWith("f.yaml:")
                .contains("not valid YAML");
        assertThat(refusal("door:\n\tport: 1\n").getMessage()).startsWith("f.yaml:2: not valid YAML");
    }

    @Test
    void read_ofAnAliasBomb_isRefusedAtItsFirstAnchor() {
        StringBuilder bomb = new StringBuilder("door:\n  a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("  a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ",").repeat(9)).append("]\n");
        }
        assertThat(refusal(bomb.toString()).getMessage()).startsWith("f.yaml:2: an anchor or alias");
    }

    @Test
    void read_ofDeepNesting_isRefused() {
        assertThat(refusal("[".repeat(YamlTree.DEEPEST + 1) + "]".repeat(YamlTree.DEEPEST + 1))
                        .getMessage())
                .contains("more than 8 levels");
        assertThat(refusal("[".repeat(100_000)).code()).isEqualTo("config-invalid");
    }

    @Test
    void read_ofTooManyBytesOrNotUtf8_isRefused() {
        assertThat(refusal(new byte[ConfigReader.LARGEST + 1]).getMessage()).contains("larger than 1048576 bytes");
        assertThat(refusal(new byte[] {'d', (byte) 0xff}).getMessage()).contains("not UTF-8");
    }

    @Test
    void read_ofAMissingFile_namesIt() {
        ConfigException refusal = catchThrowableOfType(
                ConfigException.class, () -> ConfigReader.read(Samples.schema(), Path.of("/nowhere/u.yaml")));
        assertThat(refusal.getMessage()).contains("/nowhere/u.yaml does not exist");
    }

    @Test
    void with_changesOneKeyAndChecksItAsInTheFile() {
        Config config = Config.defaults(Samples.schema()).with("door.port", "0", "--port");
        assertThat(config.section(Door.class).port()).isZero();
        assertThat(config.section(Door.class).host()).isEqualTo("127.0.0.1");
        ConfigException refusal =
                catchThrowableOfType(ConfigException.class, () -> config.with("door.port", "x", "--port"));
        assertThat(refusal.getMessage()).startsWith("--port: door.port is \"x\"");
    }

    private static Config read(String text) {
        return ConfigReader.read(Samples.schema(), "f.yaml", text.getBytes(UTF_8));
    }

    private static ConfigException refusal(String text) {
        return refusal(text.getBytes(UTF_8));
    }

    private static ConfigException refusal(byte[] bytes) {
        ConfigException refusal =
                catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(Samples.schema(), "f.yaml", bytes));
        assertThat(refusal).as("nothing was refused").isNotNull();
        return refusal;
    }
}
