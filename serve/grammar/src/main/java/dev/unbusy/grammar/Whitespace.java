package dev.unbusy.grammar;

/**
 * Where JSON may have whitespace. Always bounded: a model left free to write line breaks may never stop.
 *
 * <p>Models have mostly seen one space after colon and comma, and tokens that hold both; forbidding it makes answers
 * worse, asking for it wastes tokens. So {@link #SPACED} is the default.
 */
public enum Whitespace {
    /** None. */
    COMPACT,
    /** At most one space after each colon and comma. */
    SPACED,
    /** One space, or one line break and up to 32 spaces or tabs, around every bracket and after colon and comma. */
    INDENTED
}
