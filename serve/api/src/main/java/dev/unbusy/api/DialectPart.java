package dev.unbusy.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One part of an answer: a stretch of thinking, a stretch of text, or one call of a tool. */
final class DialectPart {
    enum Kind {
        REASONING,
        TEXT,
        CALL
    }

    /** What a call has for arguments that are none. */
    static final String NO_ARGUMENTS = "{}";

    final Kind kind;
    /** Place in the answer, from 0. */
    final int index;
    /** Which call of the worker's answer; −1 for the other kinds. */
    final int call;
    /** Of a call; empty for the other kinds. */
    final String id;

    final String name;
    /** Everything so far; stays empty where the dialect has no use for it. */
    private final StringBuilder text = new StringBuilder();

    private int depth;
    private boolean quoted;
    private boolean escaped;
    private boolean complete;

    DialectPart(Kind kind, int index, int call, String id, String name) {
        this.kind = kind;
        this.index = index;
        this.call = call;
        this.id = id;
        this.name = name;
    }

    void add(String piece, boolean keep) {
        if (keep) {
            text.append(piece);
        }
        if (kind == Kind.CALL && !complete) {
            follow(piece);
        }
    }

    String text() {
        return text.toString();
    }

    /** Nothing more belongs to it if something else comes: a call whose arguments' object has been closed, or no call. */
    boolean complete() {
        return kind != Kind.CALL || complete;
    }

    /** A call without any text for arguments: no JSON, at which clients fail that parse it. */
    boolean lacksArguments() {
        return kind == Kind.CALL && text().isBlank();
    }

    /** The arguments, as what other APIs have there; text that is no JSON object goes into one, rather than be lost. */
    Map<String, @Nullable Object> arguments() {
        String json = text();
        if (json.isBlank()) {
            return Map.of();
        }
        Map<String, @Nullable Object> object = DialectJson.objectOrNull(json);
        return object != null ? object : Map.of("invalid_json", json);
    }

    private void follow(String piece) {
        for (int i = 0; i < piece.length() && !complete; i++) {
            char c = piece.charAt(i);
            if (quoted) {
                if (escaped) {
                    escaped = false;
                } else if (c == '\\') {
                    escaped = true;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
                complete = depth <= 0;
            }
        }
    }
}
