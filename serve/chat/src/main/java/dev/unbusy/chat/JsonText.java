package dev.unbusy.chat;

/**
 * The inside of a JSON string, character by character: unescapes, and writes only whole code points. An escape that is
 * none is kept as it is.
 */
final class JsonText {
    /** Stands for half a character. */
    private static final char HALF = '\uFFFD';

    private boolean escaped;
    private int hexLeft;
    private int unit;
    private char high;
    private final StringBuilder hex = new StringBuilder(4);

    void reset() {
        escaped = false;
        hexLeft = 0;
        high = 0;
    }

    /**
     * Takes the next character behind the opening quote.
     *
     * @return whether it was the closing quote
     */
    boolean accept(char c, StringBuilder out) {
        if (hexLeft > 0) {
            int digit = Character.digit(c, 16);
            if (digit < 0) {
                hexLeft = 0;
                write("\\u" + hex, out);
                return accept(c, out);
            }
            hex.append(c);
            unit = unit << 4 | digit;
            if (--hexLeft == 0) {
                write((char) unit, out);
            }
            return false;
        }
        if (escaped) {
            escaped = false;
            switch (c) {
                case 'n' -> write('\n', out);
                case 'r' -> write('\r', out);
                case 't' -> write('\t', out);
                case 'b' -> write('\b', out);
                case 'f' -> write('\f', out);
                case '"', '\\', '/' -> write(c, out);
                case 'u' -> {
                    hexLeft = 4;
                    unit = 0;
                    hex.setLength(0);
                }
                default -> write("\\" + c, out);
            }
            return false;
        }
        if (c == '\\') {
            escaped = true;
            return false;
        }
        if (c == '"') {
            flush(out);
            return true;
        }
        write(c, out);
        return false;
    }

    private void write(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            write(text.charAt(i), out);
        }
    }

    private void write(char c, StringBuilder out) {
        if (Character.isHighSurrogate(c)) {
            flush(out);
            high = c;
            return;
        }
        if (!Character.isLowSurrogate(c)) {
            flush(out);
            out.append(c);
        } else if (high == 0) {
            out.append(HALF);
        } else {
            out.append(high).append(c);
            high = 0;
        }
    }

    /** Half a character that the other half never follows. */
    private void flush(StringBuilder out) {
        if (high != 0) {
            out.append(HALF);
            high = 0;
        }
    }
}
