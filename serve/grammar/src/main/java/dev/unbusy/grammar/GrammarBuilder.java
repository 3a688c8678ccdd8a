package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes grammars for the formats that models call tools in: literal text, special tokens, JSON by schema, alternatives,
 * sequences, repetition, rules that refer to each other, and free text that ends where a tool call begins. One builder
 * makes one grammar; not thread-safe.
 *
 * <pre>{@code
 * GrammarBuilder b = new GrammarBuilder(Whitespace.SPACED);
 * Rule answer = b.rule("answer");
 * Expr call = b.seq(b.json(schemaOfCall), b.literal("\n</tool_call>"), answer);
 * answer.define(b.freeText(List.of(b.trigger("<tool_call>\n", call))));
 * Grammar grammar = b.build(answer);
 * }</pre>
 */
public final class GrammarBuilder {
    private final Whitespace whitespace;
    private final Budget budget = new Budget();
    private final JsonRules json;
    private final List<String> specials;

    public GrammarBuilder(Whitespace whitespace) {
        this(whitespace, List.of());
    }

    /** @param specials names of special tokens: where a literal or trigger holds one, the token is meant, not its letters */
    public GrammarBuilder(Whitespace whitespace, Collection<String> specials) {
        this.whitespace = whitespace;
        this.specials = List.copyOf(specials);
        json = new JsonRules(whitespace, budget);
    }

    /** What ends a free text, and what comes after it. */
    public static final class Trigger {
        private final byte[] bytes;
        private final Expr then;

        private Trigger(byte[] bytes, Expr then) {
            if (bytes.length == 0) {
                throw new IllegalArgumentException("a trigger has at least one character");
            }
            this.bytes = bytes;
            this.then = then;
        }

        byte[] bytes() {
            return bytes;
        }

        Expr then() {
            return then;
        }
    }

    /** Exactly this text, by whichever tokens, with the special tokens that it names. */
    public Expr literal(String text) {
        return new Part.Bytes(bytes(text));
    }

    private byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int plain = 0;
        for (int at = 0; at < text.length(); ) {
            String special = specialAt(text, at);
            if (special == null) {
                at++;
                continue;
            }
            bytes.writeBytes(text.substring(plain, at).getBytes(StandardCharsets.UTF_8));
            bytes.writeBytes(TokenTable.specialBytes(special));
            at += special.length();
            plain = at;
        }
        bytes.writeBytes(text.substring(plain).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    private @Nullable String specialAt(String text, int at) {
        for (String special : specials) {
            if (text.startsWith(special, at)) {
                return special;
            }
        }
        return null;
    }

    /** One special token; its name is that given to {@link TokenTable.Builder#special}. */
    public Expr special(String name) {
        return new Part.Bytes(TokenTable.specialBytes(name));
    }

    public Expr seq(Expr... parts) {
        return Part.seq(parts);
    }

    /** One of these. */
    public Expr choice(List<Expr> options) {
        return new Part.Choice(List.copyOf(options));
    }

    public Expr optional(Expr body) {
        return new Part.Repeat(body, 0, 1);
    }

    /**
     * @param max −1 for no limit
     * @throws IllegalArgumentException if the bounds are negative or out of order
     */
    public Expr repeat(Expr body, int min, int max) {
        if (min < 0 || max < -1 || (max >= 0 && max < min)) {
            throw new IllegalArgumentException("repetition from " + min + " to " + max);
        }
        return new Part.Repeat(body, min, max);
    }

    /** A part to be defined later. */
    public Rule rule(String name) {
        return new Rule(name);
    }

    /**
     * A JSON value that is valid under the schema.
     *
     * @throws GrammarException as {@link Grammar#ofJsonSchema}
     */
    public Expr json(JsonNode schema) {
        return new SchemaCompiler(schema, whitespace, budget).root();
    }

    public Expr anyJsonObject() {
        return json.object();
    }

    /** A JSON string with any value. */
    public Expr anyJsonString() {
        return json.string();
    }

    /** Decimal digits. */
    public Expr digits(int min, int max) {
        return new Part.Repeat(new Part.ByteRange('0', '9'), min, max);
    }

    /** @param text may name special tokens, as a {@link #literal} may */
    public Trigger trigger(String text, Expr then) {
        return new Trigger(bytes(text), then);
    }

    /** Any text; where it comes to a trigger, what follows that. It may end at any time before. */
    public Expr freeText(List<Trigger> triggers) {
        return FreeText.of(List.copyOf(triggers), true, budget);
    }

    /** As {@link #freeText}, but a trigger must come. */
    public Expr textUntil(List<Trigger> triggers) {
        return FreeText.of(List.copyOf(triggers), false, budget);
    }

    /** As {@link #freeText}, but a trigger counts only where nothing or white space stands before it. */
    public Expr freeTextUnless(List<Trigger> triggers) {
        return FreeText.atStart(List.copyOf(triggers), budget);
    }

    /**
     * The grammar that begins with {@code root}.
     *
     * @throws GrammarException if it is too large, endless or has no text
     * @throws IllegalStateException if a rule is not defined
     */
    public Grammar build(Expr root) {
        return Grammar.compiled(root, budget);
    }
}
