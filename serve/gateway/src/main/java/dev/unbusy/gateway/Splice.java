package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a server that does not mark its events, kept so that another one can go on behind it, and put together again
 * when it does:
 *
 * <ol>
 *   <li>While the first server writes, its events pass unchanged, and the text of the answer is kept.
 *   <li>What follows comes as an answer of its own: its id and time become those of the first, its opening event is left out,
 *       the repeated beginning is cut off where the server repeats it, and its usage counts both parts.
 * </ol>
 *
 * <p>It is given up where text alone does not tell what the client has: calls of tools, thoughts, several answers, an answer
 * whose end has come. One event is about one token, so counts may be off by a few. Used on one event loop.
 */
final class Splice {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_EVENT_BYTES = 1 << 20;

    private final StringBuilder text = new StringBuilder();
    private final PieceTemplate template = new PieceTemplate();
    private final int maxChars;
    private EventData data = new EventData(MAX_EVENT_BYTES);
    private @Nullable Object id;
    private @Nullable Object created;
    private boolean begun;
    private boolean givenUp;
    private boolean continued;
    private long pieces;
    private long piecesBefore;
    /** Field and text that was parsed last of these events; null where they have none. */
    private @Nullable String lastField;

    private String lastPiece = "";
    /** What this server may repeat before it goes on; null once it has written anything. */
    private @Nullable String repeated;

    /** @param maxChars an answer longer than this is not kept */
    Splice(int maxChars) {
        this.maxChars = maxChars;
    }

    /** Whether another server can go on. */
    boolean suffices() {
        return begun && !givenUp && !text.isEmpty();
    }

    String text() {
        return text.toString();
    }

    /** Of what the client has. */
    long tokens() {
        return pieces;
    }

    /** @param repeats whether the next server writes first what it is given */
    void goOn(boolean repeats) {
        data = new EventData(MAX_EVENT_BYTES);
        continued = true;
        piecesBefore = pieces;
        repeated = repeats ? text.toString() : null;
    }

    /** What a worker counted of its part, as counts of the whole. */
    UsageScan.Found whole(UsageScan.Found part) {
        return piecesBefore == 0
                ? part
                : new UsageScan.Found(
                        Math.max(1, part.promptTokens() - piecesBefore),
                        Math.max(0, part.completionTokens()) + piecesBefore,
                        part.cachedTokens(),
                        part.reasoningTokens());
    }

    /**
     * 1. and 2.
     *
     * @param events whole ones; taken over. What comes out may be empty
     * @param done whether the end mark is among them
     */
    ByteBuf pass(ByteBuf events, boolean done) {
        if (!continued && keep(events)) {
            return events;
        }
        ByteArrayOutputStream out = continued ? new ByteArrayOutputStream(events.readableBytes()) : null;
        lastField = null;
        boolean fits = data.read(events, json -> event(json, out));
        if (!fits) {
            givenUp = true;
        }
        if (out == null) {
            if (lastField != null && !givenUp) {
                template.learn(events, lastField, lastPiece);
            }
            return events;
        }
        events.release();
        if (done) {
            out.writeBytes(DONE);
        }
        return Unpooled.wrappedBuffer(out.toByteArray());
    }

    /** Without parsing it, where that is not needed; false where it is. */
    private boolean keep(ByteBuf events) {
        if (givenUp) {
            return true;
        }
        String piece = data.isBetweenEvents() ? template.read(events) : null;
        if (piece == null) {
            return false;
        }
        pieces++;
        append(piece);
        return true;
    }

    private void append(String piece) {
        if (text.length() + piece.length() > maxChars) {
            givenUp = true;
        } else {
            text.append(piece);
        }
    }

    private void event(byte[] json, @Nullable ByteArrayOutputStream out) {
        Map<String, @Nullable Object> event = object(json);
        if (event == null) {
            givenUp = true;
            if (out != null) {
                write(out, json);
            }
            return;
        }
        if (!begun) {
            begun = true;
            id = event.get("id");
            created = event.get("created");
        }
        boolean says = choice(event);
        if (out != null) {
            if (id != null) {
                event.put("id", id);
            }
            if (created != null) {
                event.put("created", created);
            }
            says |= usage(event);
            if (says) {
                write(out, JsonObject.of(fields -> PlainJson.write(fields, event)));
            }
        }
    }

    /** Keeps the text of the only choice; true where the event tells the client anything. */
    private boolean choice(Map<String, @Nullable Object> event) {
        if (!(event.get("choices") instanceof List<?> choices) || choices.isEmpty()) {
            return !(event.get("choices") instanceof List<?>); // an error, say
        }
        if (choices.size() > 1 || !(choices.getFirst() instanceof Map<?, ?> untyped)) {
            givenUp = true;
            return true;
        }
        @SuppressWarnings("unchecked") // JSON objects have names
        Map<String, @Nullable Object> choice = (Map<String, @Nullable Object>) untyped;
        boolean ends = choice.get("finish_reason") != null;
        givenUp |= ends;
        boolean says = ends;
        if (choice.get("delta") instanceof Map<?, ?> untypedDelta) {
            @SuppressWarnings("unchecked")
            Map<String, @Nullable Object> delta = (Map<String, @Nullable Object>) untypedDelta;
            if (continued) {
                delta.remove("role");
            }
            says |= piece(delta, "content");
            for (Map.Entry<String, @Nullable Object> other : delta.entrySet()) {
                boolean empty = other.getValue() == null || "".equals(other.getValue());
                if (!empty
                        && !other.getKey().equals("content")
                        && !other.getKey().equals("role")) {
                    givenUp = true; // calls, thoughts
                    says = true;
                }
            }
        } else {
            says |= piece(choice, "text");
        }
        return says;
    }

    private boolean piece(Map<String, @Nullable Object> holder, String name) {
        if (!(holder.get(name) instanceof String piece) || piece.isEmpty()) {
            return false;
        }
        pieces++;
        String own = piece;
        String before = repeated;
        repeated = null;
        if (before != null && piece.startsWith(before)) {
            own = piece.substring(before.length());
            holder.put(name, own);
        }
        append(own);
        lastField = name;
        lastPiece = own;
        return !own.isEmpty();
    }

    /** Counts of both parts together. */
    private boolean usage(Map<String, @Nullable Object> event) {
        if (!(event.get("usage") instanceof Map<?, ?> untyped)) {
            return false;
        }
        @SuppressWarnings("unchecked")
        Map<String, @Nullable Object> usage = (Map<String, @Nullable Object>) untyped;
        long prompt = Math.max(0, PlainJson.integer(usage.get("prompt_tokens"), 0) - piecesBefore);
        long completion = PlainJson.integer(usage.get("completion_tokens"), 0) + piecesBefore;
        usage.put("prompt_tokens", (double) prompt);
        usage.put("completion_tokens", (double) completion);
        usage.put("total_tokens", (double) (prompt + completion));
        return true;
    }

    @SuppressWarnings("unchecked") // JSON objects have names
    private static @Nullable Map<String, @Nullable Object> object(byte[] json) {
        try {
            return PlainJson.read(json) instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static void write(ByteArrayOutputStream out, byte[] json) {
        out.writeBytes(DATA);
        out.writeBytes(json);
        out.writeBytes(END);
    }
}
