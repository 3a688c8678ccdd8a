package dev.unbusy.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pieces of an answer in a row of parts, each begun once and ended once before the next begins, as the dialects'
 * streams need it. A worker may interleave calls of tools with each other and with text:
 *
 * <ol>
 *   <li>A piece of the open part is passed on.
 *   <li>Any other piece ends the open part and begins its own, if the open part is complete.
 *   <li>If it is a call whose arguments are not complete, the piece is held back until they are, or the answer ends.
 *   <li>A piece for a call that has ended is dropped: its arguments were a complete JSON object before.
 * </ol>
 *
 * <p>Bounds: {@link #MAX_CHARS} and {@link #MAX_PARTS} of one answer, {@link #MAX_HELD} pieces held back. For one
 * thread at a time.
 */
final class DialectParts {
    static final int MAX_CHARS = 16 << 20;
    static final int MAX_PARTS = 4_096;
    static final int MAX_HELD = 65_536;

    /** Receives the parts. */
    interface Listener {
        void begin(DialectPart part);

        /** @param text not empty */
        void piece(DialectPart part, String text);

        /** @param last nothing follows it, so that it may have been cut off */
        void end(DialectPart part, boolean last);
    }

    private record Piece(
            DialectPart.Kind kind,
            int call,
            @Nullable String id,
            @Nullable String name,
            String text) {}

    private final Listener listener;
    private final String idBase;
    private final boolean keepText;
    private final BitSet endedCalls = new BitSet();
    private Deque<Piece> held = new ArrayDeque<>();
    private @Nullable DialectPart open;
    private int count;
    private long chars;

    /**
     * @param idBase for calls that come without an id
     * @param keepText parts keep all of their text
     */
    DialectParts(String idBase, boolean keepText, Listener listener) {
        this.idBase = idBase;
        this.keepText = keepText;
        this.listener = listener;
    }

    /** All parts of a whole answer. */
    static List<DialectPart> of(DialectChunk whole, String idBase) {
        List<DialectPart> list = new ArrayList<>();
        DialectParts parts = new DialectParts(idBase, true, new Listener() {
            @Override
            public void begin(DialectPart part) {
                list.add(part);
            }

            @Override
            public void piece(DialectPart part, String text) {}

            @Override
            public void end(DialectPart part, boolean last) {}
        });
        parts.add(whole);
        parts.finish();
        return list;
    }

    /** @throws ApiException 502 where the answer is beyond the bounds, or has a call without a name */
    void add(DialectChunk chunk) {
        text(DialectPart.Kind.REASONING, chunk.reasoning());
        text(DialectPart.Kind.TEXT, chunk.content());
        for (ToolCallDelta call : chunk.calls()) {
            count(call.arguments());
            put(new Piece(DialectPart.Kind.CALL, call.index(), call.id(), call.name(), call.arguments()));
        }
    }

    private void text(DialectPart.Kind kind, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            count(text);
            put(new Piece(kind, -1, null, null, text));
        }
    }

    /** The answer has ended: whatever is open ends, and what was held back follows. */
    void finish() {
        while (!held.isEmpty()) {
            close(false);
            release();
        }
        close(true);
    }

    private void put(Piece piece) {
        DialectPart part = open;
        if (part != null && part.kind == piece.kind && part.call == piece.call) {
            append(part, piece.text); // 1.
            if (part.complete()) {
                release();
            }
        } else if (piece.call >= 0 && endedCalls.get(piece.call)) {
            return; // 4.
        } else if (part != null && !part.complete()) {
            hold(piece); // 3.
        } else {
            close(false); // 2.
            append(begin(piece), piece.text);
        }
    }

    private void hold(Piece piece) {
        if (held.size() == MAX_HELD) {
            throw DialectErrors.broken("mixes tool calls with more than " + MAX_HELD + " other pieces")
                    .exception();
        }
        held.add(piece);
    }

    /** Pieces held back, in their order; some may be held again. */
    private void release() {
        Deque<Piece> waiting = held;
        if (!waiting.isEmpty()) {
            held = new ArrayDeque<>();
            waiting.forEach(this::put);
        }
    }

    private DialectPart begin(Piece piece) {
        if (count == MAX_PARTS) {
            throw DialectErrors.broken("has more than " + MAX_PARTS + " parts").exception();
        }
        boolean call = piece.kind == DialectPart.Kind.CALL;
        String name = piece.name == null ? "" : piece.name;
        if (call && name.isEmpty()) {
            throw DialectErrors.broken("has a tool call without a name").exception();
        }
        String id = piece.id == null || piece.id.isEmpty() ? "call_" + idBase + "_" + piece.call : piece.id;
        DialectPart part = new DialectPart(piece.kind, count++, piece.call, call ? id : "", name);
        open = part;
        listener.begin(part);
        return part;
    }

    private void append(DialectPart part, String text) {
        if (!text.isEmpty()) {
            part.add(text, keepText);
            listener.piece(part, text);
        }
    }

    private void close(boolean last) {
        DialectPart part = open;
        if (part != null) {
            open = null;
            if (part.call >= 0) {
                endedCalls.set(part.call);
            }
            listener.end(part, last);
        }
    }

    private void count(String text) {
        chars += text.length();
        if (chars > MAX_CHARS) {
            throw DialectErrors.broken("is longer than " + MAX_CHARS + " characters")
                    .exception();
        }
    }
}
