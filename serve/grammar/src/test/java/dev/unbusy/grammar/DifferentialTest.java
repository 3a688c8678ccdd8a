package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is generated under random schemas, token by token, against a validator that others wrote. */
class DifferentialTest {
    private static final List<Whitespace> WHITESPACES =
            List.of(Whitespace.COMPACT, Whitespace.SPACED, Whitespace.INDENTED);
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    private static final int SCHEMAS = Integer.getInteger("unbusy.test.schemas", 250);
    private static final long SEED = Long.getLong("unbusy.test.seed", 20261124);

    @Test
    @Timeout(600)
    void everyGeneration_underRandomSchemas_isValid() throws Exception {
        TokenTable[] tables = {Tokens.bytes(), Tokens.words(4000, 1), Tokens.words(1200, 2)};
        TokenMasks[] masks = new TokenMasks[tables.length];
        for (int i = 0; i < tables.length; i++) {
            masks[i] = new TokenMasks(tables[i]);
        }
        int unsatisfiable = 0;
        int texts = 0;
        for (int i = 0; i < SCHEMAS; i++) {
            long seed = SEED + i;
            Random random = new Random(seed);
            ObjectNode schema = new RandomSchemas(random).next();
            Whitespace whitespace = WHITESPACES.get(random.nextInt(3));
            Grammar grammar;
            try {
                grammar = Grammar.ofJsonSchema(schema, whitespace);
            } catch (GrammarException e) {
                assertThat(e.code()).as("seed %d: %s", seed, schema).isEqualTo("schema-unsatisfiable");
                unsatisfiable++;
                continue;
            }
            JsonSchema validator = validator(schema);
            for (int run = 0; run < 6; run++) {
                String text;
                try {
                    text = new Walk(masks[run % masks.length], random).generate(grammar);
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ", schema " + schema, e);
                }
                texts++;
                assertThat(grammar.matches(text)).as(text).isTrue();
                JsonNode value = parsed(text, seed);
                Set<ValidationMessage> messages = validator.validate(value);
                assertThat(messages)
                        .as("seed %d, text %s, schema %s", seed, text, schema)
                        .isEmpty();
            }
        }
        assertThat(texts).as("texts checked").isGreaterThan(SCHEMAS * 4);
        assertThat(unsatisfiable).as("schemas that nothing satisfies").isLessThan(SCHEMAS / 4);
    }

    private static JsonNode parsed(String text, long seed) {
        try {
            return MAPPER.readTree(text);
        } catch (java.io.IOException e) {
            // Two equal keys are valid JSON; only among further properties can they come.
            if (String.valueOf(e.getMessage()).contains("Duplicate field")) {
                try {
                    return new ObjectMapper()
                            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                            .readTree(text);
                } catch (java.io.IOException again) {
                    throw new AssertionError("seed " + seed + ": " + text, again);
                }
            }
            throw new AssertionError("seed " + seed + ": " + text, e);
        }
    }

    static JsonSchema validator(JsonNode schema) {
        SchemaValidatorsConfig config =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(withoutEmail(schema), config);
    }

    /** This validator also asks whether the top-level domain is registered, which no standard does: FormatsTest has email. */
    static JsonNode withoutEmail(JsonNode schema) {
        JsonNode copy = schema.deepCopy();
        for (JsonNode parent : copy.findParents("format")) {
            if (parent.get("format").asText().equals("email")) {
                ((ObjectNode) parent).remove("format");
            }
        }
        return copy;
    }
}
