package dev.unbusy.chat;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls between {@code <tool_call>} and {@code </tool_call>}: as JSON, one or a list, as Hermes and Qwen write them, or in
 * the tags of Qwen3-Coder. Both are read, whichever the model writes.
 */
final class TaggedCallParser extends ToolCallParser {
    static final String OPEN = "<tool_call>";
    static final String CLOSE = "</tool_call>";

    private static final List<String> CLOSERS = List.of(CLOSE);
    private static final List<String> BEGINNINGS = List.of(TaggedParameters.FUNCTION, CLOSE);
    private static final List<String> FOLLOWERS = List.of(CLOSE, OPEN);
    private static final List<String> NONE = List.of();

    private enum State {
        BEGINNING,
        JSON,
        TAGS,
        AFTER
    }

    private final List<Tool> tools;
    private State state = State.BEGINNING;
    private JsonCallReader json = new JsonCallReader(this, Set.of());
    private @Nullable TaggedParameters tags;

    /**
     * @param tools their schemas tell strings from numbers where tags do not
     * @param bareFunctions whether {@code <function=} without {@code <tool_call>} opens a block too, as models write that
     *     were trained on the tags
     */
    TaggedCallParser(List<Tool> tools, boolean bareFunctions) {
        super(bareFunctions ? List.of(OPEN, TaggedParameters.FUNCTION) : List.of(OPEN), false);
        this.tools = tools;
    }

    @Override
    void open(String marker) {
        if (marker.equals(OPEN)) {
            state = State.BEGINNING;
        } else {
            openTags();
        }
    }

    private void openTags() {
        tags = new TaggedParameters(this, tools);
        state = State.TAGS;
    }

    @Override
    void block(char c) {
        switch (state) {
            case BEGINNING -> beginning(c);
            case JSON -> json(c);
            case TAGS -> tags(c);
            case AFTER -> after(c);
        }
    }

    private void beginning(char c) {
        switch (marker(c, BEGINNINGS)) {
            case null -> {
                if (plain() == '{' || plain() == '[') {
                    json = new JsonCallReader(this, Set.of());
                    json.accept(plain());
                    state = State.JSON;
                } else if (!Character.isWhitespace(plain())) {
                    refuse(String.valueOf(plain()));
                }
            }
            case "" -> {}
            case TaggedParameters.FUNCTION -> openTags();
            default -> refuse();
        }
    }

    private void json(char c) {
        switch (marker(c, json.insideString() ? NONE : CLOSERS)) {
            case null -> {
                switch (json.accept(plain())) {
                    case MORE -> {}
                    case ENDED -> ended();
                    case WRONG -> wrong(plain());
                }
            }
            case "" -> {}
            default -> close();
        }
    }

    private void ended() {
        if (undecided()) { // an empty list calls nothing: what follows it would be lost with it
            refuse();
        } else {
            state = State.AFTER;
        }
    }

    private void wrong(char c) {
        if (undecided()) {
            refuse();
        } else {
            state = State.AFTER;
            stray(c);
        }
    }

    /** The closing tag, where it is expected or too early. */
    private void close() {
        if (undecided()) {
            refuse();
        } else {
            endCall();
            leaveBlock();
        }
    }

    private void tags(char c) {
        TaggedParameters reader = tags;
        if (reader == null) {
            throw new IllegalStateException("no tags were opened");
        }
        switch (marker(c, reader.markers())) {
            case null -> {
                if (!reader.accept(plain())) {
                    refuse(String.valueOf(plain()));
                }
            }
            case "" -> {}
            case String marker -> {
                if (reader.accept(marker)) {
                    state = State.AFTER;
                    if (marker.equals(CLOSE)) {
                        leaveBlock();
                    }
                }
            }
        }
    }

    private void after(char c) {
        switch (marker(c, FOLLOWERS)) {
            case null -> {
                if (plain() == '{') {
                    json = new JsonCallReader(this, Set.of());
                    json.accept(plain());
                    state = State.JSON;
                } else {
                    stray(plain());
                }
            }
            case "" -> {}
            case CLOSE -> close();
            default -> {
                reopen(OPEN);
                state = State.BEGINNING;
            }
        }
    }

    @Override
    void cut() {
        if (state == State.TAGS && tags != null) {
            tags.cut();
        }
    }
}
