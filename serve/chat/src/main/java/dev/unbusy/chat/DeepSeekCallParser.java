package dev.unbusy.chat;

import java.util.List;

/**
 * The calls of DeepSeek V3, R1 and V3.1, between marker tokens: {@code function<｜tool▁sep｜>NAME} and the arguments in a
 * {@code ```json} fence in V3 and R1, {@code NAME<｜tool▁sep｜>} and the bare arguments in V3.1. Both are read, whichever
 * the model writes. A marker ends the arguments wherever it stands: it is one token, not text that a string may hold.
 */
final class DeepSeekCallParser extends ToolCallParser {
    static final String CALLS = "<｜tool▁calls▁begin｜>";
    static final String CALLS_END = "<｜tool▁calls▁end｜>";
    static final String CALL = "<｜tool▁call▁begin｜>";
    static final String CALL_END = "<｜tool▁call▁end｜>";
    static final String SEPARATOR = "<｜tool▁sep｜>";
    /** What stands for the name in V3 and R1, which put the name behind the separator. */
    private static final String KIND = "function";

    private static final List<String> ENDS = List.of(CALL, CALL_END, CALLS_END);
    private static final List<String> ALL = List.of(CALLS, CALLS_END, CALL, CALL_END, SEPARATOR);
    private static final String FENCE = "```json";

    private enum State {
        BETWEEN,
        HEAD,
        /** Behind the separator: a name, or the arguments of a function that is called like the kind. */
        AFTER_KIND,
        NAME,
        /** Before the arguments. */
        FENCE,
        ARGUMENTS,
        /** Arguments that are no JSON. */
        RAW,
        AFTER
    }

    private State state = State.BETWEEN;
    private final StringBuilder word = new StringBuilder();
    private JsonValue value = new JsonValue();

    DeepSeekCallParser() {
        super(List.of(CALLS, CALL), false);
    }

    @Override
    void open(String marker) {
        word.setLength(0);
        state = marker.equals(CALLS) ? State.BETWEEN : State.HEAD;
    }

    @Override
    void block(char c) {
        String marker = marker(c, state == State.HEAD || state == State.NAME ? ALL : ENDS);
        if (marker == null) {
            plain(plain());
        } else if (!marker.isEmpty()) {
            marked(marker);
        }
    }

    private void plain(char c) {
        switch (state) {
            case BETWEEN -> {
                if (!Character.isWhitespace(c)) {
                    refuse(String.valueOf(c));
                }
            }
            case HEAD -> word.append(c);
            case AFTER_KIND -> {
                if (c == '{') {
                    startCall(KIND);
                    state = State.FENCE;
                    beforeArguments(c);
                } else {
                    state = State.NAME;
                    name(c);
                }
            }
            case NAME -> name(c);
            case FENCE -> beforeArguments(c);
            case ARGUMENTS -> {
                arguments(c);
                if (value.accept(c)) {
                    state = State.AFTER;
                }
            }
            case RAW -> arguments(c);
            case AFTER -> stray(c);
        }
    }

    private void name(char c) {
        if (c != '\n') {
            word.append(c);
        } else if (word.toString().isBlank()) {
            refuse("");
        } else {
            startCall(word.toString().strip());
            word.setLength(0);
            state = State.FENCE;
        }
    }

    private void beforeArguments(char c) {
        if (c == '{' || c == '[') {
            arguments(c);
            value = new JsonValue();
            value.accept(c);
            state = State.ARGUMENTS;
        } else if (!Character.isWhitespace(c)) {
            word.append(c);
            if (!FENCE.startsWith(word.toString())) {
                word.chars().forEach(letter -> arguments((char) letter));
                state = State.RAW;
            }
        }
    }

    private void marked(String marker) {
        switch (state) {
            case BETWEEN -> {
                switch (marker) {
                    case CALL -> openCall();
                    case CALLS_END -> leaveBetween();
                    default -> refuse(marker);
                }
            }
            case HEAD -> {
                String head = word.toString().strip();
                word.setLength(0);
                if (!marker.equals(SEPARATOR) || head.isEmpty()) {
                    refuse(marker);
                } else if (head.equals(KIND)) {
                    state = State.AFTER_KIND;
                } else {
                    startCall(head);
                    state = State.FENCE;
                }
            }
            case AFTER_KIND, NAME -> refuse(marker);
            case FENCE, ARGUMENTS, RAW, AFTER -> {
                endCall();
                state = State.BETWEEN;
                if (marker.equals(CALL)) {
                    openCall();
                } else if (marker.equals(CALLS_END)) {
                    leaveBlock();
                }
            }
        }
    }

    private void openCall() {
        reopen(CALL);
        word.setLength(0);
        state = State.HEAD;
    }

    /** A block that held no call is no block. */
    private void leaveBetween() {
        if (undecided()) {
            refuse();
        } else {
            leaveBlock();
        }
    }
}
