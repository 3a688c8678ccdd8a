package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What single keywords let through, and what they do not. */
class SchemaTest {
    static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private static void check(String schema, List<String> valid, List<String> invalid) {
        Grammar grammar = Grammar.ofJsonSchema(json(schema), Whitespace.COMPACT);
        for (String text : valid) {
            assertThat(grammar.matches(text)).as("%s under %s", text, schema).isTrue();
        }
        for (String text : invalid) {
            assertThat(grammar.matches(text)).as("%s under %s", text, schema).isFalse();
        }
    }

    @Test
    void anObject_hasItsRequiredProperties_andOthersInAnySubset() {
        check(
                """
                {"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},
                "required":["b"],"additionalProperties":false}""",
                List.of(
                        "{\"b\":\"\"}",
                        "{\"a\":1,\"b\":\"x\"}",
                        "{\"b\":\"x\",\"c\":null}",
                        "{\"a\":1,\"b\":\"\",\"c\":null}"),
                List.of(
                        "{}",
                        "{\"a\":1}",
                        "{\"b\":1}",
                        "{\"b\":\"\",\"a\":1}",
                        "{\"b\":\"\",}",
                        "{\"b\":\"\",\"d\":1}",
                        "{,\"b\":\"\"}"));
    }

    @Test
    void furtherProperties_followTheSchemaGivenForThem_andNeverRepeatADeclaredName() {
        check(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":{\"type\":\"boolean\"}}",
                List.of("{}", "{\"a\":1}", "{\"a\":1,\"b\":true}", "{\"b\":true,\"ab\":false}", "{\"\":true}"),
                List.of("{\"a\":true}", "{\"b\":1}", "{\"b\":true,\"a\":1}", "{\"\\u0061\":true}"));
    }

    @Test
    void patternProperties_goByTheKey() {
        check(
                """
                {"type":"object","patternProperties":{"^n":{"type":"integer"},"x$":{"minimum":5}},
                "additionalProperties":{"type":"null"}}""",
                List.of("{\"n\":1}", "{\"nx\":5}", "{\"x\":5.5}", "{\"b\":null}"),
                List.of("{\"n\":null}", "{\"nx\":4}", "{\"nx\":5.5}", "{\"b\":1}", "{\"x\":4}"));
    }

    @Test
    void numbersOfProperties_areCounted() {
        check(
                """
                {"type":"object","properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}},
                "minProperties":1,"maxProperties":2,"additionalProperties":false}""",
                List.of("{\"a\":1}", "{\"a\":1,\"c\":3}", "{\"b\":2,\"c\":3}"),
                List.of("{}", "{\"a\":1,\"b\":2,\"c\":3}"));
        check(
                "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"null\"},\"minProperties\":2,\"maxProperties\":3}",
                List.of("{\"a\":null,\"b\":null}", "{\"a\":null,\"b\":null,\"c\":null}"),
                List.of("{}", "{\"a\":null}", "{\"a\":null,\"b\":null,\"c\":null,\"d\":null}"));
        check(
                "{\"type\":\"object\",\"propertyNames\":{\"pattern\":\"^[a-c]$\"},\"additionalProperties\":{\"type\":\"null\"}}",
                List.of("{}", "{\"a\":null}"),
                List.of("{\"d\":null}", "{\"ab\":null}"));
    }

    @Test
    void arrays_keepTheirNumberOfItems() {
        check(
                "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":1,\"maxItems\":3}",
                List.of("[true]", "[true,false]", "[true,true,true]"),
                List.of("[]", "[1]", "[true,true,true,true]", "[true,]"));
        check(
                "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":2}",
                List.of("[true,true]", "[true,true,true,false]"),
                List.of("[]", "[true]"));
        check(
                "{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":\"b\"}],\"items\":{\"type\":\"null\"}}",
                List.of("[]", "[1]", "[1,\"b\"]", "[1,\"b\",null,null]"),
                List.of("[\"b\"]", "[1,null]", "[1,\"b\",1]"));
        check(
                "{\"type\":\"array\",\"prefixItems\":[{\"const\":1}],\"items\":false,\"minItems\":1}",
                List.of("[1]"),
                List.of("[]", "[1,1]"));
        check("{\"type\":\"array\",\"maxItems\":0}", List.of("[]"), List.of("[1]"));
    }

    @Test
    void strings_mayBeSpelledInEveryWay_unlessTheyHaveAShape() {
        check(
                "{\"type\":\"string\",\"maxLength\":2}",
                List.of(
                        "\"\"",
                        "\"ab\"",
                        "\"\\u0061\\n\"",
                        "\"\\/\\\\\"",
                        "\"😀é\"",
                        "\"\\uD83D\\uDE00\\ud83d\\ude00\"",
                        "\"\\\"\\b\""),
                List.of(
                        "\"abc\"",
                        "\"a",
                        "\"\n\"",
                        "\"\\x\"",
                        "\"\\ud83d\"",
                        "\"\\ude00\"",
                        "\"\\ud83d\\u0061\"",
                        "\"\\u00\""));
        check(
                "{\"type\":\"string\",\"pattern\":\"^[a\\\"é😀\\n]+$\"}",
                List.of(
                        "\"a\"",
                        "\"\\\"\"",
                        "\"é\"",
                        "\"\\u00e9\"",
                        "\"😀\"",
                        "\"\\uD83D\\uDE00\"",
                        "\"\\n\"",
                        "\"\\u000a\""),
                List.of("\"\"", "\"b\"", "\"\\u0061\"", "\"\\u00e8\"", "\"\\uD83D\\uDE01\""));
        check(
                "{\"type\":\"string\",\"minLength\":2,\"pattern\":\"^(ab)*$\"}",
                List.of("\"ab\"", "\"abab\""),
                List.of("\"\"", "\"a\""));
    }

    @Test
    void references_mayLeadBack() {
        check(
                """
                {"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},
                "required":["v","next"],"additionalProperties":false}""",
                List.of("{\"v\":1,\"next\":null}", "{\"v\":1,\"next\":{\"v\":2,\"next\":null}}"),
                List.of("{\"v\":1,\"next\":{}}", "{\"v\":1}"));
        check("""
                {"$ref":"#/$defs/a~1b","$defs":{"a/b":{"$anchor":"here","type":"array","items":{"$ref":"#here"}}}}""", List.of("[]", "[[],[[]]]"), List.of("[1]"));
    }

    @Test
    void allOf_addsDemands() {
        check("""
                {"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},
                {"properties":{"a":{"minimum":3},"b":{"type":"null"}}}]}""", List.of("{\"a\":3}", "{\"a\":4,\"b\":null}"), List.of("{}", "{\"a\":2}"));
        check(
                "{\"allOf\":[{\"enum\":[1,2,\"x\"]},{\"type\":\"integer\"},{\"minimum\":2}]}",
                List.of("2"),
                List.of("1", "\"x\""));
        check(
                "{\"type\":\"string\",\"anyOf\":[{\"maxLength\":1},{\"pattern\":\"^z{3}$\"}]}",
                List.of("\"q\"", "\"zzz\""), List.of("\"zz\"", "1"));
    }

    @Test
    void oneOf_isTaken_whereItsOptionsAreApart() {
        check(
                """
                {"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"x":{"type":"integer"}},"required":["k","x"]},
                {"type":"object","properties":{"k":{"const":"b"}},"required":["k"]},{"type":"integer","maximum":3},
                {"type":"number","exclusiveMinimum":3},{"type":"string","pattern":"^a"},{"type":"string","pattern":"^b"}]}""",
                List.of("{\"k\":\"a\",\"x\":1}", "{\"k\":\"b\"}", "3", "3.5", "\"ab\"", "\"ba\""),
                List.of("{\"k\":\"a\"}", "\"c\"", "2.5"));
    }

    @Test
    void whitespace_isBounded() {
        JsonNode schema = json(
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"null\"}}},\"required\":[\"a\"]}");
        Grammar spaced = Grammar.ofJsonSchema(schema, Whitespace.SPACED);
        assertThat(spaced.matches("{\"a\": [null, null,null]}")).isTrue();
        assertThat(spaced.matches("{\"a\":  []}")).isFalse();
        assertThat(spaced.matches("{ \"a\": []}")).isFalse();
        Grammar indented = Grammar.ofJsonSchema(schema, Whitespace.INDENTED);
        assertThat(indented.matches("{\n  \"a\": [\n    null,\n    null\n  ]\n}"))
                .isTrue();
        assertThat(indented.matches("{\r\n\t\"a\": []\r\n}")).isTrue();
        assertThat(indented.matches("{\n\n\"a\":[]}")).isFalse();
        assertThat(indented.matches("{\"a\":[]" + "\n" + " ".repeat(33) + "}")).isFalse();
    }

    @Test
    void numbersWithoutBounds_coverDoublesAndLongs() {
        check(
                "{\"type\":\"number\"}",
                List.of(
                        "0",
                        "-0.0",
                        "1.7976931348623157E+279",
                        "5e-05",
                        "12345678901234567890",
                        "-9223372036854775808",
                        "0.1234567890123456789"),
                List.of("01", ".5", "1.", "1e", "+1", "1e400", "NaN"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"not\":{}} | /not | \"not\"",
                "{\"if\":{}} | /if | \"if\"",
                "{\"properties\":{\"a/b\":{\"type\":\"array\",\"uniqueItems\":true}}} | /properties/a~1b/uniqueItems | \"uniqueItems\"",
                "{\"type\":\"array\",\"contains\":{}} | /contains | \"contains\"",
                "{\"dependentRequired\":{\"a\":[\"b\"]}} | /dependentRequired | \"dependentRequired\"",
                "{\"type\":\"string\",\"format\":\"idn-email\"} | /format | \"idn-email\"",
                "{\"type\":\"string\",\"minLenght\":1} | /minLenght | \"minLenght\"",
                "{\"type\":\"string\",\"nullable\":true} | /nullable | \"nullable\"",
                "{\"$ref\":\"other.json\"} | /$ref | other.json",
                "{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":1}]} | /oneOf | oneOf",
                "{\"enum\":[{\"a\":1}],\"required\":[\"a\"]} | `` | enum",
                "{\"properties\":{\"x\":{\"$id\":\"http://example.org/x\"}}} | /properties/x/$id | \"$id\"",
                "{\"unevaluatedProperties\":{}} | /unevaluatedProperties | \"unevaluatedProperties\"",
            })
    void whatCannotBeEnforced_isRefusedByNameAndPlace(String schema, String pointer, String name) {
        assertThatThrownBy(() -> Grammar.ofJsonSchema(json(schema)))
                .isInstanceOfSatisfying(GrammarException.class, e -> {
                    assertThat(e.code()).isEqualTo("schema-unsupported");
                    assertThat(e.pointer()).isEqualTo(pointer);
                    assertThat(e.text().zh()).contains("无法强制执行");
                })
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1 | schema-invalid | ``",
                "{\"type\":\"strnig\"} | schema-invalid | /type",
                "{\"type\":1} | schema-invalid | /type",
                "{\"properties\":[]} | schema-invalid | /properties",
                "{\"items\":3} | schema-invalid | /items",
                "{\"minLength\":-1} | schema-invalid | /minLength",
                "{\"maxItems\":1.5} | schema-invalid | /maxItems",
                "{\"multipleOf\":0} | schema-invalid | /multipleOf",
                "{\"minimum\":\"1\"} | schema-invalid | /minimum",
                "{\"exclusiveMinimum\":true} | schema-invalid | /exclusiveMinimum",
                "{\"$ref\":\"#/$defs/none\"} | schema-invalid | /$ref",
                "{\"enum\":3} | schema-invalid | /enum",
                "{\"anyOf\":{}} | schema-invalid | /anyOf",
                "{\"required\":[1]} | schema-invalid | /required",
                "false | schema-unsatisfiable | ``",
                "{\"allOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]} | schema-unsatisfiable | ``",
                "{\"type\":\"integer\",\"minimum\":5,\"maximum\":4} | schema-unsatisfiable | ``",
                "{\"type\":\"integer\",\"exclusiveMinimum\":4,\"exclusiveMaximum\":5} | schema-unsatisfiable | ``",
                "{\"type\":\"string\",\"pattern\":\"^a$\",\"minLength\":2} | schema-unsatisfiable | ``",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]} | schema-unsatisfiable | ``",
                "{\"type\":\"object\",\"required\":[\"b\"],\"additionalProperties\":false} | schema-unsatisfiable | ``",
                "{\"enum\":[]} | schema-unsatisfiable | ``",
                "{\"$ref\":\"#\"} | grammar-endless | ``",
                "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]} | grammar-endless | ``",
                "{\"type\":\"object\",\"anyOf\":[{\"$ref\":\"#\"}]} | grammar-endless | ``",
                "{\"allOf\":[{\"$ref\":\"#\"}]} | grammar-endless | ``",
            })
    void aSchemaThatIsNoneOrAllowsNothing_isRefused(String schema, String code, String pointer) {
        assertThatThrownBy(() -> Grammar.ofJsonSchema(json(schema)))
                .isInstanceOfSatisfying(GrammarException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.pointer()).isEqualTo(pointer);
                });
    }

    @Test
    void annotations_changeNothing() {
        check("""
                {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"http://example.org/root","title":"t",
                "description":"d","default":1,"examples":[1],"deprecated":true,"readOnly":true,"x-order":3,"strict":true,
                "$comment":"c","type":"null","uniqueItems":false}""", List.of("null"), List.of("1"));
    }

    @Test
    void keywordsWithoutType_meanTheirType() {
        check(
                "{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]}",
                List.of("{\"a\":1}"),
                List.of("1", "\"x\"", "{}"));
        check("{}", List.of("1", "\"x\"", "{}", "[null,{\"a\":[]}]", "true"), List.of("", "tru"));
    }
}
