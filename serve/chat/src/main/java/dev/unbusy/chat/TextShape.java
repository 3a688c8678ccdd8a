package dev.unbusy.chat;

import java.util.List;

/**
 * What a text must look like, in the parts that a token grammar is made of. Describes only; who generates builds the
 * grammar. The texts of control tokens are written out, for instance {@code <｜tool▁calls▁begin｜>}.
 */
public sealed interface TextShape {
    /** This text. */
    record Literal(String text) implements TextShape {}

    /**
     * A JSON text that the schema allows.
     *
     * @param schema a JSON Schema: an object or a boolean, as parsed JSON. References in it are local and resolve in it
     */
    record Json(Object schema) implements TextShape {}

    /**
     * Any text, also none, that goes on until the next part and does not contain it.
     *
     * @param end the text that the next part begins with
     */
    record Until(String end) implements TextShape {}

    /** One after the other. */
    record Sequence(List<TextShape> parts) implements TextShape {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** One of several. */
    record Choice(List<TextShape> options) implements TextShape {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /**
     * Several of the same.
     *
     * @param separator stands between two; may be empty
     * @param most {@link Integer#MAX_VALUE} if there is no limit
     */
    record Repeat(TextShape item, String separator, int least, int most) implements TextShape {}
}
