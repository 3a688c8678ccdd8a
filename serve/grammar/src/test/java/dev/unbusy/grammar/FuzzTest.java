package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes as a schema: a grammar or a typed refusal, in bounded time and memory. */
class FuzzTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> KEYS = List.of(
            "type",
            "properties",
            "required",
            "items",
            "anyOf",
            "allOf",
            "oneOf",
            "$ref",
            "$defs",
            "enum",
            "const",
            "pattern",
            "format",
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "multipleOf",
            "minItems",
            "maxItems",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "prefixItems",
            "minProperties",
            "maxProperties",
            "not",
            "a",
            "x-y",
            "$anchor",
            "title");
    private static final List<String> TEXTS = List.of(
            "object",
            "array",
            "string",
            "number",
            "integer",
            "boolean",
            "null",
            "#",
            "#/$defs/a",
            "#/properties/a",
            "#/anyOf/0",
            "date",
            "email",
            "^a*$",
            "(a*)*b",
            "[",
            "a",
            "",
            "(a|aa)+$",
            "[a-z]{1,1000}{1,1000}",
            "\ud800",
            "#a");

    @Test
    @Timeout(300)
    void arbitraryJson_isAGrammarOrATypedRefusal() {
        int grammars = 0;
        TokenTable table = Tokens.words(600, 13);
        for (int seed = 0; seed < 6000; seed++) {
            Random random = new Random(seed);
            JsonNode schema = value(random, 5);
            long begun = System.nanoTime();
            try {
                Grammar grammar = Grammar.ofJsonSchema(schema);
                grammars++;
                Matcher matcher = new TokenMasks(table, 1 << 20).matcher(grammar);
                assertThat(matcher.next()).as("seed %d: %s", seed, schema).isNotEqualTo(Matcher.Next.DEAD_END);
            } catch (GrammarException e) {
                assertThat(e.text().zh()).isNotEmpty();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ": " + schema, e);
            }
            assertThat(System.nanoTime() - begun)
                    .as("seed %d: %s", seed, schema)
                    .isLessThan(10_000_000_000L);
        }
        assertThat(grammars).as("schemas that are grammars").isGreaterThan(300);
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth <= 0 ? 5 : 11)) {
            case 0 -> JSON.numberNode(new BigDecimal(random.nextInt(2000) - 100).movePointLeft(random.nextInt(3)));
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2, 3 -> JSON.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
            case 4 -> random.nextInt(10) == 0 ? JSON.numberNode(new BigDecimal("1e99999999")) : JSON.nullNode();
            case 5, 6 -> {
                ArrayNode array = JSON.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = JSON.objectNode();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    String key = KEYS.get(random.nextInt(KEYS.size()));
                    object.set(key, fitting(key, random, depth - 1));
                }
                yield object;
            }
        };
    }

    /** Mostly what the keyword wants, so that the fuzzing goes deep. */
    private static JsonNode fitting(String key, Random random, int depth) {
        if (random.nextInt(8) == 0) {
            return value(random, depth);
        }
        return switch (key) {
            case "type" -> JSON.textNode(TEXTS.get(random.nextInt(7)));
            case "$ref" -> JSON.textNode(TEXTS.get(7 + random.nextInt(4)));
            case "pattern" -> JSON.textNode(TEXTS.get(13 + random.nextInt(7)));
            case "anyOf", "allOf", "prefixItems", "oneOf" ->
                JSON.arrayNode().add(value(random, depth)).add(object(random, depth));
            case "properties", "$defs", "patternProperties" -> JSON.objectNode().set("a", object(random, depth));
            case "items", "additionalProperties", "propertyNames" -> object(random, depth);
            case "minItems",
                    "maxItems",
                    "minLength",
                    "maxLength",
                    "minProperties",
                    "maxProperties",
                    "minimum",
                    "multipleOf" -> JSON.numberNode(random.nextInt(20));
            default -> value(random, depth);
        };
    }

    private static JsonNode object(Random random, int depth) {
        JsonNode made = value(random, Math.max(depth, 0));
        return made.isObject() ? made : JSON.objectNode().put("type", TEXTS.get(random.nextInt(7)));
    }

    @Test
    @Timeout(60)
    void deepNesting_isRefused() {
        ObjectNode schema = JSON.objectNode();
        ObjectNode at = schema;
        for (int i = 0; i < 2_000; i++) {
            at = at.putObject("items");
        }
        assertThatThrownBy(() -> Grammar.ofJsonSchema(schema))
                .isInstanceOfSatisfying(
                        GrammarException.class, e -> assertThat(e.code()).isEqualTo("schema-too-large"));
    }

    @Test
    @Timeout(60)
    void aHugeEnumeration_isTakenOrRefused_butQuickly() {
        ObjectNode schema = JSON.objectNode();
        ArrayNode values = schema.putArray("enum");
        for (int i = 0; i < 5_000; i++) {
            values.add("value number " + i * 7919);
        }
        Grammar grammar = Grammar.ofJsonSchema(schema);
        assertThat(grammar.matches("\"value number 7919\"")).isTrue();
        assertThat(grammar.matches("\"value number 7918\"")).isFalse();
        for (int i = 0; i < 100_000; i++) {
            values.add(i);
        }
        assertThatThrownBy(() -> Grammar.ofJsonSchema(schema)).isInstanceOf(GrammarException.class);
    }

    @Test
    @Timeout(60)
    void longChainsOfReferences_andManyProperties_areTaken() {
        ObjectNode schema = JSON.objectNode().put("$ref", "#/$defs/d0");
        ObjectNode definitions = schema.putObject("$defs");
        for (int i = 0; i < 3_000; i++) {
            ObjectNode definition = definitions.putObject("d" + i).put("type", "object");
            definition.putObject("properties").putObject("p").put("$ref", "#/$defs/d" + (i + 1));
        }
        definitions.putObject("d3000").put("type", "null");
        assertThat(Grammar.ofJsonSchema(schema).matches("{\"p\":{\"p\":{}}}")).isTrue();

        ObjectNode wide = JSON.objectNode().put("type", "object");
        ObjectNode properties = wide.putObject("properties");
        for (int i = 0; i < 1_000; i++) {
            properties.putObject("property_" + i).put("type", "integer");
        }
        Grammar grammar = Grammar.ofJsonSchema(wide);
        assertThat(grammar.matches("{\"property_3\":1,\"property_999\":2}")).isTrue();
        assertThat(grammar.matches("{\"property_999\":2,\"property_3\":1}")).isFalse();
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(
            strings = {
                "{\"type\":\"array\",\"maxItems\":1000000000}",
                "{\"type\":\"string\",\"maxLength\":1000000000}",
                "{\"type\":\"string\",\"minLength\":99999,\"pattern\":\"^[a-z0-9]+(-[a-z0-9]+){1,30}$\"}",
                "{\"type\":\"object\",\"minProperties\":100000,\"additionalProperties\":{\"type\":\"null\"}}",
                "{\"type\":\"integer\",\"multipleOf\":1000003}",
                "{\"type\":\"number\",\"multipleOf\":1e-80}",
                "{\"type\":\"number\",\"minimum\":1e999999999}",
                "{\"type\":\"number\",\"minimum\":1e100}",
                "{\"type\":\"array\",\"maxItems\":20000,\"items\":{\"type\":\"array\",\"maxItems\":20000,\"items\":{\"type\":\"array\",\"minItems\":19999}}}",
            })
    void boundsThatWouldTakeTooMuch_areTakenOrRefused_butQuickly(String schema) {
        try {
            Grammar.ofJsonSchema(SchemaTest.json(schema));
        } catch (GrammarException e) {
            assertThat(e.code()).isIn("schema-too-large", "schema-invalid");
        }
    }

    @Test
    @Timeout(60)
    void optionsOfOptions_thatMultiply_areRefused() {
        ObjectNode schema = JSON.objectNode();
        ArrayNode parts = schema.putArray("allOf");
        for (int i = 0; i < 20; i++) {
            ArrayNode options = parts.addObject().putArray("anyOf");
            for (int k = 0; k < 3; k++) {
                options.addObject()
                        .put("type", "object")
                        .putObject("properties")
                        .putObject("p" + i)
                        .put("const", k);
            }
        }
        assertThatThrownBy(() -> Grammar.ofJsonSchema(schema))
                .isInstanceOfSatisfying(
                        GrammarException.class, e -> assertThat(e.code()).isEqualTo("schema-too-large"));
    }

    @Test
    @Timeout(60)
    void ambiguousOptions_inRecursion_stayQuick() {
        Grammar grammar = Grammar.ofJsonSchema(SchemaTest.json("""
                {"anyOf":[
                 {"type":"object","properties":{"n":{"$ref":"#"},"a":{"type":"integer"}},"required":["n"]},
                 {"type":"object","properties":{"n":{"$ref":"#"},"b":{"type":"string"}},"required":["n"]},
                 {"type":"null"}]}"""), Whitespace.COMPACT);
        String open = "{\"n\":".repeat(400);
        assertThat(grammar.matches(open + "null" + ",\"a\":1}".repeat(200) + ",\"b\":\"\"}".repeat(200)))
                .isTrue();
        assertThat(grammar.matches(open + "null" + ",\"a\":1}".repeat(399) + ",\"a\":\"\"}"))
                .isFalse();
    }
}
