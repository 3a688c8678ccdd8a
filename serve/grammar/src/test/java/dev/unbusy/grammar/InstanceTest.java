package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other direction: valid values that were not generated here are accepted, token by token. */
class InstanceTest {
    private static final List<Whitespace> WHITESPACES =
            List.of(Whitespace.COMPACT, Whitespace.SPACED, Whitespace.INDENTED);
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);

    @Test
    @Timeout(600)
    void validInstances_ofRandomSchemas_areAccepted() throws Exception {
        TokenTable table = Tokens.words(3000, 11);
        TokenMasks masks = new TokenMasks(table);
        int accepted = 0;
        for (int seed = 9000; seed < 9400; seed++) {
            Random random = new Random(seed);
            JsonNode schema = DifferentialTest.withoutEmail(new RandomSchemas(random).next());
            Grammar grammar;
            try {
                grammar = Grammar.ofJsonSchema(schema, WHITESPACES.get(seed % 3));
            } catch (GrammarException e) {
                assertThat(e.code()).isEqualTo("schema-unsatisfiable");
                continue;
            }
            JsonSchema validator = DifferentialTest.validator(schema);
            RandomInstances instances = new RandomInstances(schema, random);
            for (int i = 0; i < 8; i++) {
                for (JsonNode value : instances.next(validator)) {
                    String text = MAPPER.writeValueAsString(value);
                    assertThat(grammar.matches(text))
                            .as("seed %d, schema %s, value %s", seed, schema, text)
                            .isTrue();
                    follow(masks.matcher(grammar), table, text, random, "seed " + seed + ": " + text);
                    accepted++;
                }
            }
        }
        assertThat(accepted).as("values checked").isGreaterThan(1000);
    }

    /** Cuts the text into tokens at random, and looks each up in the mask first. */
    private static void follow(Matcher matcher, TokenTable table, String text, Random random, String what) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long[] mask = new long[table.maskLength()];
        int at = 0;
        while (at < bytes.length) {
            int token = (bytes[at] & 0xFF) + 1;
            for (int tries = 0; tries < 400; tries++) {
                int other = 1 + random.nextInt(table.size() - 1);
                int length = table.end(other) - table.start(other);
                if (length > table.end(token) - table.start(token)
                        && at + length <= bytes.length
                        && java.util.Arrays.equals(
                                bytes, at, at + length, table.bytes(), table.start(other), table.end(other))) {
                    token = other;
                }
            }
            matcher.allowed(mask);
            assertThat(Tokens.has(mask, token)).as(what).isTrue();
            assertThat(matcher.accept(token)).as(what).isTrue();
            at += table.end(token) - table.start(token);
        }
        assertThat(matcher.canEnd()).as(what).isTrue();
    }
}
