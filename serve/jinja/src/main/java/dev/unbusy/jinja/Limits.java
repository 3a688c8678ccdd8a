package dev.unbusy.jinja;

/**
 * What one template may use. A template is foreign input that arrives in a model file: without limits it could fill the
 * memory or never end.
 *
 * @param templateChars longest template source, in UTF-16 units
 * @param outputChars longest rendered text, and longest string built on the way, in UTF-16 units
 * @param work units of work for one rendering: one per statement, loop round, call and list element, and one per
 *     character of each string built
 * @param workPerInputChar further units of work for each character of the variables, so that long conversations have
 *     room: templates may build up their text message by message
 * @param callDepth how deep macros and recursive loops may call each other
 */
public record Limits(int templateChars, int outputChars, long work, int workPerInputChar, int callDepth) {

    /** Room for a conversation of some millions of characters; rejects what no chat template needs. */
    public static final Limits DEFAULT = new Limits(1 << 20, 1 << 25, 1L << 26, 256, 150);

    public Limits {
        if (templateChars < 1 || outputChars < 1 || work < 1 || workPerInputChar < 0 || callDepth < 1) {
            throw new IllegalArgumentException("limits must be positive: templateChars " + templateChars
                    + ", outputChars " + outputChars + ", work " + work + ", workPerInputChar " + workPerInputChar
                    + ", callDepth " + callDepth);
        }
    }
}
