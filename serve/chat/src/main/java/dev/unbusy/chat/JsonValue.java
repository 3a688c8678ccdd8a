package dev.unbusy.chat;

/**
 * Finds the end of a JSON value that comes character by character, without judging what is inside: brackets are counted
 * outside of strings. The first character tells what it is.
 */
final class JsonValue {
    private boolean begun;
    private boolean container;
    private boolean inString;
    private boolean escaped;
    private int depth;

    /**
     * Takes the next character of the value.
     *
     * @return whether it was the last one. Of a number or a word, which end where something else begins, it never is
     */
    boolean accept(char c) {
        if (inString) {
            if (escaped) {
                escaped = false;
            } else if (c == '\\') {
                escaped = true;
            } else if (c == '"') {
                inString = false;
                return !container;
            }
            return false;
        }
        switch (c) {
            case '"' -> inString = true;
            case '{', '[' -> {
                container |= !begun;
                depth++;
            }
            case '}', ']' -> depth--;
            default -> {}
        }
        begun = true;
        return container && depth <= 0;
    }

    /** Whether the next character belongs to a string. */
    boolean insideString() {
        return inString;
    }

    /** Whether it is a number or a word, which the character before a comma, bracket or white space ends. */
    boolean isScalar() {
        return begun && !container && !inString;
    }
}
