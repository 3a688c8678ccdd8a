package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolTest {
    private static Tool tool(String function) {
        return Tool.listOf(TestSetup.messages("[{\"type\": \"function\", \"function\": " + function + "}]"))
                .getFirst();
    }

    @Test
    void listOf_readsNameSchemaAndStrictness() {
        Tool tool = tool("{\"name\": \"f\", \"strict\": true, \"parameters\": {\"type\": \"object\", \"x\": null}}");
        assertThat(tool.name()).isEqualTo("f");
        assertThat(tool.strict()).isTrue();
        assertThat(tool.parameters()).containsEntry("type", "object").containsEntry("x", null);
        assertThat(tool("{\"name\": \"f\"}"))
                .isEqualTo(new Tool("f", Map.of("type", "object", "properties", Map.of()), false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{\"type\": \"function\"}] | tools[0].function",
                "[{\"function\": 5}] | tools[0].function",
                "[{\"function\": {\"name\": \"f\"}}, {\"function\": {}}] | tools[1].function.name",
                "[{\"function\": {\"name\": \"f\", \"parameters\": []}}] | tools[0].function.parameters"
            })
    void listOf_whatIsNoTool_namesTheField(String tools, String param) {
        assertThatThrownBy(() -> Tool.listOf(TestSetup.messages(tools)))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.param()).isEqualTo(param));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"string\"} | TEXT",
                "{\"type\": \"integer\"} | JSON",
                "{\"type\": [\"string\", \"null\"]} | EITHER",
                "{\"type\": [\"integer\", \"null\"]} | JSON",
                "{\"enum\": [\"a\", \"b\"]} | TEXT",
                "{\"enum\": [\"a\", 5]} | EITHER",
                "{\"const\": 5} | JSON",
                "{\"const\": \"a\"} | TEXT",
                "{\"anyOf\": [{\"type\": \"string\"}, {\"enum\": [\"x\"]}]} | TEXT",
                "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"object\"}]} | EITHER",
                "{\"properties\": {}} | JSON",
                "{\"items\": {}} | JSON",
                "{\"$ref\": \"#/$defs/s\"} | TEXT",
                "{\"$ref\": \"#/$defs/deep/1\"} | JSON",
                "{\"$ref\": \"#/$defs/loop\"} | EITHER",
                "{\"$ref\": \"https://elsewhere/schema\"} | EITHER",
                "{\"$ref\": \"#/$defs/none\"} | EITHER",
                "{} | EITHER",
                "true | EITHER"
            })
    void type_isWhatTheSchemaAllows(String schema, ParameterType type) {
        Tool tool = tool(
                "{\"name\": \"f\", \"parameters\": {\"type\": \"object\", \"properties\": {\"p\": " + schema
                        + "}, \"$defs\": {\"s\": {\"type\": \"string\"}, \"deep\": [0, {\"type\": \"number\"}], \"loop\": {\"$ref\": \"#/$defs/loop\"}}}}");
        assertThat(tool.type("p")).isEqualTo(type);
        assertThat(tool.type("unknown")).isEqualTo(ParameterType.EITHER);
    }
}
