package dev.unbusy.chat;

import java.util.List;
import java.util.Set;

/**
 * Mistral's calls: {@code [TOOL_CALLS]} with a JSON list behind it, or, in newer models, {@code [TOOL_CALLS]NAME[ARGS]}
 * with the arguments behind it, once for each call, and a {@code [CALL_ID]} between in some. Both are read.
 */
final class MistralCallParser extends ToolCallParser {
    static final String CALLS = "[TOOL_CALLS]";
    static final String ARGUMENTS = "[ARGS]";
    static final String CALL_ID = "[CALL_ID]";

    private static final List<String> IN_NAME = List.of(ARGUMENTS, CALL_ID);
    private static final List<String> IN_ID = List.of(ARGUMENTS);
    private static final List<String> NONE = List.of();
    private static final int LONGEST_NAME = 256;

    private enum State {
        BEGINNING,
        LIST,
        NAME,
        ID,
        BEFORE_ARGUMENTS,
        ARGUMENTS
    }

    private State state = State.BEGINNING;
    private JsonCallReader list = new JsonCallReader(this, Set.of());
    private JsonValue value = new JsonValue();
    private final StringBuilder name = new StringBuilder();

    MistralCallParser() {
        super(List.of(CALLS), false);
    }

    @Override
    void open(String marker) {
        state = State.BEGINNING;
        name.setLength(0);
    }

    @Override
    void block(char c) {
        List<String> markers = switch (state) {
            case NAME -> IN_NAME;
            case ID -> IN_ID;
            case BEGINNING, LIST, BEFORE_ARGUMENTS, ARGUMENTS -> NONE;
        };
        switch (marker(c, markers)) {
            case null -> plain(plain());
            case "" -> {}
            case ARGUMENTS -> {
                if (state == State.NAME) {
                    startNamed();
                }
                state = State.BEFORE_ARGUMENTS;
            }
            default -> {
                if (startNamed()) {
                    state = State.ID;
                }
            }
        }
    }

    private boolean startNamed() {
        String called = name.toString().strip();
        if (called.isEmpty()) {
            refuse();
            return false;
        }
        startCall(called);
        return true;
    }

    private void plain(char c) {
        switch (state) {
            case BEGINNING -> {
                if (c == '[' || c == '{') {
                    list = new JsonCallReader(this, Set.of());
                    state = State.LIST;
                    list(c);
                } else if (!Character.isWhitespace(c)) {
                    state = State.NAME;
                    name(c);
                }
            }
            case LIST -> list(c);
            case NAME -> name(c);
            case ID -> {} // ids are ours to give
            case BEFORE_ARGUMENTS -> beforeArguments(c);
            case ARGUMENTS -> {
                arguments(c);
                if (value.accept(c)) {
                    endCall();
                    leaveBlock();
                }
            }
        }
    }

    private void list(char c) {
        switch (list.accept(c)) {
            case MORE -> {}
            case ENDED -> {
                if (undecided()) {
                    refuse();
                } else {
                    leaveBlock();
                }
            }
            case WRONG -> refuse(String.valueOf(c));
        }
    }

    private void name(char c) {
        if (c == '{') {
            // The marker before the arguments may be a token that was not shown.
            if (startNamed()) {
                beforeArguments(c);
            }
        } else if (c == '\n' || name.length() > LONGEST_NAME) {
            refuse();
        } else {
            name.append(c);
        }
    }

    private void beforeArguments(char c) {
        if (c == '{' || c == '[') {
            value = new JsonValue();
            value.accept(c);
            arguments(c);
            state = State.ARGUMENTS;
        } else if (!Character.isWhitespace(c)) {
            endCall();
            refuse(String.valueOf(c));
        }
    }
}
