package dev.unbusy.chat;

import java.util.Set;

/**
 * Reads calls written as JSON, {@code {"name": …, "arguments": …}}, one or a list of them, character by character.
 * Members may come in any order; arguments before the name are kept until it comes. Arguments are given out as the model
 * wrote them; those it wrote as a string, which then holds the JSON, are unescaped.
 */
final class JsonCallReader {
    /** What the last character was. */
    enum Step {
        /** Somewhere inside. */
        MORE,
        /** The end of the call, or of the list of them. */
        ENDED,
        /** No call is written like this. */
        WRONG
    }

    private enum State {
        START,
        KEY_OR_END,
        KEY,
        COLON,
        VALUE,
        NAME,
        ARGUMENTS,
        ARGUMENTS_TEXT,
        OTHER
    }

    private final ToolCallParser parser;
    /** Names that count, and only with arguments; empty if every name does. */
    private final Set<String> known;

    private State state = State.START;
    private boolean inList;
    private boolean started;
    private String name = "";
    private final StringBuilder word = new StringBuilder();
    private final JsonText text = new JsonText();
    private final StringBuilder piece = new StringBuilder(2);
    private JsonValue value = new JsonValue();
    /** Arguments that came before the name. */
    private final StringBuilder early = new StringBuilder();

    private boolean argumentsBegun;

    JsonCallReader(ToolCallParser parser, Set<String> known) {
        this.parser = parser;
        this.known = known;
    }

    /** Whether the next character belongs to a string. */
    boolean insideString() {
        return switch (state) {
            case KEY, NAME, ARGUMENTS_TEXT -> true;
            case ARGUMENTS, OTHER -> value.insideString();
            default -> false;
        };
    }

    Step accept(char c) {
        return switch (state) {
            case START -> start(c);
            case KEY_OR_END -> keyOrEnd(c);
            case KEY -> {
                if (text.accept(c, word)) {
                    state = State.COLON;
                }
                yield Step.MORE;
            }
            case COLON -> {
                if (c == ':') {
                    state = State.VALUE;
                    yield Step.MORE;
                }
                yield Character.isWhitespace(c) ? Step.MORE : Step.WRONG;
            }
            case VALUE -> Character.isWhitespace(c) ? Step.MORE : beginValue(c);
            case NAME -> text.accept(c, word) ? named() : Step.MORE;
            case ARGUMENTS -> argument(c);
            case ARGUMENTS_TEXT -> {
                piece.setLength(0);
                if (text.accept(c, piece)) {
                    state = State.KEY_OR_END;
                }
                for (int i = 0; i < piece.length(); i++) {
                    give(piece.charAt(i));
                }
                yield Step.MORE;
            }
            case OTHER -> other(c);
        };
    }

    private Step start(char c) {
        if (c == '{') {
            parser.reopen("{");
            state = State.KEY_OR_END;
            name = "";
            started = false;
            argumentsBegun = false;
            early.setLength(0);
        } else if (c == '[' && !inList) {
            inList = true;
        } else if (c == ']' && inList) {
            return Step.ENDED;
        } else if (!Character.isWhitespace(c) && !(c == ',' && inList)) {
            return Step.WRONG;
        }
        return Step.MORE;
    }

    private Step keyOrEnd(char c) {
        if (c == '}') {
            return end();
        }
        if (c == '"') {
            word.setLength(0);
            text.reset();
            state = State.KEY;
            return Step.MORE;
        }
        return c == ',' || Character.isWhitespace(c) ? Step.MORE : Step.WRONG;
    }

    private Step end() {
        state = State.START;
        if (!started) {
            return Step.WRONG;
        }
        parser.endCall();
        return inList ? Step.MORE : Step.ENDED;
    }

    private Step beginValue(char c) {
        String key = word.toString();
        value = new JsonValue();
        text.reset();
        if (key.equals("name")) {
            word.setLength(0);
            state = State.NAME;
            return c == '"' && name.isEmpty() ? Step.MORE : Step.WRONG;
        }
        if ((key.equals("arguments") || key.equals("parameters")) && !argumentsBegun) {
            argumentsBegun = true;
            if (!known.isEmpty() && !name.isEmpty()) {
                startCall();
            }
            if (c == '"') {
                state = State.ARGUMENTS_TEXT;
                return Step.MORE;
            }
            if (c == '{' || c == '[') {
                state = State.ARGUMENTS;
                return argument(c);
            }
        }
        state = State.OTHER;
        return other(c);
    }

    private Step named() {
        name = word.toString();
        state = State.KEY_OR_END;
        if (name.isBlank() || (!known.isEmpty() && !known.contains(name))) {
            return Step.WRONG;
        }
        if (known.isEmpty() || argumentsBegun) {
            startCall();
        }
        return Step.MORE;
    }

    private void startCall() {
        started = true;
        parser.startCall(name);
        parser.arguments(early);
        early.setLength(0);
    }

    private Step argument(char c) {
        give(c);
        if (value.accept(c)) {
            state = State.KEY_OR_END;
        }
        return Step.MORE;
    }

    /** A value that says nothing to us: another member's, or arguments that are null. */
    private Step other(char c) {
        if (value.isScalar() && (c == ',' || c == '}' || c == ']' || Character.isWhitespace(c))) {
            state = State.KEY_OR_END;
            return keyOrEnd(c);
        }
        if (value.accept(c)) {
            state = State.KEY_OR_END;
        }
        return Step.MORE;
    }

    private void give(char c) {
        if (started) {
            parser.arguments(c);
        } else {
            early.append(c);
        }
    }
}
