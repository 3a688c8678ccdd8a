package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.nio.charset.StandardCharsets;

/**
 * What a text must look like, ready to be matched. Immutable, so any thread may make and share one; making one takes
 * milliseconds, so keep it for requests with the same schema.
 */
public final class Grammar {
    /** What requests that wait may hold in memory, each. */
    private static final long MOST_BYTES = 32L << 20;

    private final Automata automata;

    private Grammar(Automata automata) {
        this.automata = automata;
    }

    /** JSON values that are valid under the schema, with the whitespace of {@link Whitespace#SPACED}. */
    public static Grammar ofJsonSchema(JsonNode schema) {
        return ofJsonSchema(schema, Whitespace.SPACED);
    }

    /**
     * JSON values that are valid under the schema. Which keywords, and what is left out of what they allow: {@link
     * SchemaCompiler}.
     *
     * @throws GrammarException if the schema is not one, is too large, allows nothing, or has a keyword that cannot be
     *     enforced
     */
    public static Grammar ofJsonSchema(JsonNode schema, Whitespace whitespace) {
        Budget budget = new Budget();
        return compiled(new SchemaCompiler(schema, whitespace, budget).root(), budget);
    }

    /** Any JSON object. */
    public static Grammar anyJsonObject() {
        Budget budget = new Budget();
        return compiled(new JsonRules(Whitespace.SPACED, budget).object(), budget);
    }

    static Grammar compiled(Expr root, Budget budget) {
        Automata automata = RuleCompiler.compile(root, budget);
        if (automata.bytes() > MOST_BYTES) {
            throw GrammarException.tooLarge(
                    "", Text.of("The schema needs more than %d MB", "该 schema 需要超过 %d MB 内存", MOST_BYTES >> 20));
        }
        return new Grammar(automata);
    }

    Automata automata() {
        return automata;
    }

    /** What it takes in memory, nearly. */
    public long bytes() {
        return automata.bytes();
    }

    /** Whether a whole text is one of this grammar's. */
    public boolean matches(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Machine machine = new Machine(automata);
        return machine.step(machine.start(), bytes, 0, bytes.length).canEnd();
    }
}
