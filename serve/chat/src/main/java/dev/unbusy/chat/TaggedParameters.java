package dev.unbusy.chat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/**
 * One call in Qwen3-Coder's tags: {@code <function=NAME><parameter=KEY>VALUE</parameter>…</function>}. A value is text
 * between line breaks that do not belong to it. The tool's schema tells whether it is a string, which is given out as it
 * comes, or something else, which is taken for JSON when it is complete; what then is no JSON stays a string. {@code null}
 * is null, as in Qwen's own parser. A missing {@code </parameter>} is forgiven.
 */
final class TaggedParameters {
    static final String FUNCTION = "<function=";
    private static final String FUNCTION_END = "</function>";
    private static final String PARAMETER = "<parameter=";
    private static final String PARAMETER_END = "</parameter>";

    private static final List<String> NONE = List.of();
    private static final List<String> BETWEEN = List.of(PARAMETER, FUNCTION_END, PARAMETER_END, TaggedCallParser.CLOSE);
    private static final int LONGEST_NAME = 256;
    private static final String NULL = "null";

    private enum State {
        NAME,
        BETWEEN,
        KEY,
        VALUE
    }

    private final ToolCallParser parser;
    private final List<Tool> tools;
    private State state = State.NAME;
    private final StringBuilder word = new StringBuilder();
    private String function = "";
    private int parameters;
    private boolean streams;
    private boolean streaming;
    /** The value, or what of it is not given out: all of what is no string, and the last line break of a string. */
    private final StringBuilder value = new StringBuilder();

    TaggedParameters(ToolCallParser parser, List<Tool> tools) {
        this.parser = parser;
        this.tools = tools;
    }

    List<String> markers() {
        return state == State.BETWEEN || state == State.VALUE ? BETWEEN : NONE;
    }

    /** A character that belongs to no marker. False if there is no call. */
    boolean accept(char c) {
        switch (state) {
            case NAME -> {
                if (c != '>') {
                    word.append(c);
                    return word.length() <= LONGEST_NAME && c != '\n' && c != '<';
                }
                function = word.toString().strip();
                if (function.isEmpty()) {
                    return false;
                }
                parser.startCall(function);
                state = State.BETWEEN;
            }
            case BETWEEN -> parser.stray(c);
            case KEY -> {
                if (c == '>') {
                    openValue(word.toString());
                } else {
                    word.append(c);
                    if (c == '\n' || word.length() > LONGEST_NAME) {
                        dropKey();
                    }
                }
            }
            case VALUE -> valueText(c);
        }
        return true;
    }

    /** A marker. True if the call has ended. */
    boolean accept(String marker) {
        if (state == State.VALUE) {
            closeValue();
        }
        return switch (marker) {
            case PARAMETER -> {
                word.setLength(0);
                state = State.KEY;
                yield false;
            }
            case PARAMETER_END -> {
                state = State.BETWEEN;
                yield false;
            }
            default -> {
                close();
                yield true;
            }
        };
    }

    /** What is no key is text. */
    private void dropKey() {
        state = State.BETWEEN;
        (PARAMETER + word).chars().forEach(c -> parser.text((char) c));
    }

    /** The output ends here: gives out what was held of a string. */
    void cut() {
        if (state == State.KEY) {
            dropKey();
        } else if (state == State.VALUE) {
            if (streaming) {
                give(value);
            } else if (!value.isEmpty()) {
                closeValue();
            }
        }
    }

    private void openValue(String key) {
        streams = tools.stream()
                        .filter(tool -> tool.name().equals(function))
                        .findFirst()
                        .map(tool -> tool.type(key))
                        .orElse(ParameterType.TEXT)
                != ParameterType.JSON;
        StringBuilder json = new StringBuilder(parameters == 0 ? "{" : ", ");
        PythonJson.string(key, json);
        parser.arguments(json.append(": "));
        parameters++;
        streaming = false;
        value.setLength(0);
        state = State.VALUE;
    }

    private void valueText(char c) {
        value.append(c);
        if (!streams) {
            return;
        }
        if (!streaming) {
            String begun = value.charAt(0) == '\n' ? value.substring(1) : value.toString();
            if (couldBeNull(begun)) {
                return;
            }
            streaming = true;
            value.setLength(0);
            value.append(begun);
            parser.arguments("\"");
        }
        boolean lineBreak = value.charAt(value.length() - 1) == '\n';
        give(value.substring(0, value.length() - (lineBreak ? 1 : 0)));
        value.delete(0, value.length() - (lineBreak ? 1 : 0));
    }

    /** Whether the beginning of a value may yet be nothing, or the word null with its line break. */
    private static boolean couldBeNull(String begun) {
        return (NULL + "\n").startsWith(begun.toLowerCase(Locale.ROOT)) || begun.equals("\n");
    }

    private void closeValue() {
        if (streaming) {
            parser.arguments("\"");
            return;
        }
        int begin = value.indexOf("\n") == 0 ? 1 : 0;
        int end = value.length() - (value.length() > begin && value.charAt(value.length() - 1) == '\n' ? 1 : 0);
        String text = value.substring(begin, end);
        if (text.equalsIgnoreCase(NULL)) {
            parser.arguments(NULL);
        } else if (streams) {
            quote(text);
        } else {
            json(text.strip());
        }
    }

    private void json(String text) {
        if (PythonJson.isValid(text)) {
            parser.arguments(text);
        } else {
            switch (text) {
                case "True" -> parser.arguments("true");
                case "False" -> parser.arguments("false");
                case "None" -> parser.arguments(NULL);
                default -> {
                    if (text.matches("\\+?[0-9]{1,300}(\\.[0-9]{1,300})?")) {
                        parser.arguments(new BigDecimal(text).toPlainString());
                    } else {
                        quote(text);
                    }
                }
            }
        }
    }

    private void quote(String text) {
        StringBuilder json = new StringBuilder();
        PythonJson.string(text, json);
        parser.arguments(json);
    }

    private void give(CharSequence text) {
        StringBuilder json = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            PythonJson.escape(text.charAt(i), json);
        }
        parser.arguments(json);
    }

    private void close() {
        if (parameters > 0) {
            parser.arguments("}");
        }
        parser.endCall();
    }
}
