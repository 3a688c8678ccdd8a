package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * One worker's answer on its way to the client. Events are passed on as they come; anything else is held until it is
 * complete, unless it grows too large. Used on one event loop; ends with exactly one of {@link #end}, {@link #cutOff} and
 * {@link #discard}.
 */
final class WorkerAnswer {
    /** An event of this size is no token: beyond it the event is passed on in pieces. */
    private static final int MAX_EVENT_BYTES = 1 << 20;
    /** A body of more pieces than this is merged: many small pieces would cost more than a copy. */
    private static final int MAX_PIECES = 64;
    /** What has to be translated is held all the same, up to so many times as much. */
    private static final int TRANSLATED_FACTOR = 16;

    private enum Form {
        EVENTS,
        HELD,
        /** Was held, and has become too large for it. */
        PASSED_ON
    }

    private final ClientAnswer client;
    private final ByteBufAllocator allocator;
    private final Slot slot;
    private final int status;
    private final HttpHeaders headers;
    private final boolean untilClose;
    private final long maxHeldBytes;
    private final SseFramer framer;
    private final boolean marked;
    private final @Nullable Splice splice;
    private Form form;
    private @Nullable CompositeByteBuf held;
    private boolean begun;
    private byte lastByte;
    private boolean doneTold;
    private long countedEvents;
    private UsageScan.@Nullable Found usage;

    /**
     * @param untilClose the body has no length of its own, so a loss looks like its end
     * @param marks where the marks of its stream go; null where it has none
     * @param splice what keeps the text of a stream without marks; null where it is of no use
     */
    WorkerAnswer(
            ClientAnswer client,
            Slot slot,
            HttpResponse head,
            boolean untilClose,
            long maxHeldBytes,
            @Nullable KeptMarks marks,
            @Nullable Splice splice) {
        this.splice = splice;
        this.framer = new SseFramer(MAX_EVENT_BYTES, marks);
        this.marked = marks != null;
        this.client = client;
        this.allocator = client.allocator();
        this.slot = slot;
        this.status = head.status().code();
        this.headers = head.headers();
        this.untilClose = untilClose;
        this.maxHeldBytes = maxHeldBytes;
        this.form = status == 200 && isEventStream(headers) ? Form.EVENTS : Form.HELD;
    }

    int status() {
        return status;
    }

    /** True once the client has a part of the answer that cannot be taken back. */
    boolean begun() {
        return begun;
    }

    /** True where marks tell what the client has of it. */
    boolean isMarked() {
        return marked;
    }

    /** True where another worker may go on with it: the request is still needed. */
    boolean isKept() {
        return marked || splice != null;
    }

    UsageScan.@Nullable Found usage() {
        UsageScan.Found found = form == Form.EVENTS ? framer.usage() : usage;
        return found == null || splice == null ? found : splice.whole(found);
    }

    long events() {
        return framer.dataEvents();
    }

    /** True where something of the gateway's own may be put in between now. */
    boolean betweenEvents() {
        return form == Form.EVENTS && !framer.broken();
    }

    /** @param in taken over */
    void content(ByteBuf in) {
        switch (form) {
            case EVENTS -> events(in);
            case HELD -> hold(in);
            case PASSED_ON -> client.bytes(in);
        }
    }

    private void events(ByteBuf in) {
        ByteBuf complete = framer.accept(in, allocator);
        long events = framer.dataEvents();
        if (events > countedEvents) {
            // An event of our workers is a token, of others about one: close enough for a load, exact counts come in
            // usage.
            slot.produced(events - countedEvents);
            countedEvents = events;
        }
        if (complete.isReadable()) {
            // Comments alone commit to nothing: another worker may still answer after them.
            begun |= events > 0 || framer.broken();
            client.events(headers, spliced(complete));
        } else {
            complete.release();
        }
    }

    private ByteBuf spliced(ByteBuf events) {
        if (splice == null) {
            return events;
        }
        boolean ends = framer.done() && !doneTold;
        doneTold |= ends;
        return splice.pass(events, ends);
    }

    private void hold(ByteBuf in) {
        lastByte = lastVisible(in, lastByte);
        CompositeByteBuf pieces = held;
        if (pieces == null) {
            pieces = allocator.compositeBuffer(MAX_PIECES);
            held = pieces;
        }
        pieces.addComponent(true, in);
        if (pieces.readableBytes() > maxHeldBytes && client.passesPieces()) {
            held = null;
            form = Form.PASSED_ON;
            begun = true;
            client.startBytes(status, headers);
            client.bytes(pieces);
        } else if (pieces.readableBytes() > TRANSLATED_FACTOR * maxHeldBytes) {
            held = null;
            form = Form.PASSED_ON;
            begun = true;
            pieces.release();
            client.error(GatewayErrors.answerTooLarge(TRANSLATED_FACTOR * maxHeldBytes));
        }
    }

    /**
     * The worker has sent all of it.
     *
     * @return false where it is not complete after all; the answer is then as lost as if the connection had broken
     */
    boolean end() {
        if (untilClose && !(form == Form.EVENTS ? framer.done() : lastByte == '}' || lastByte == ']')) {
            return false;
        }
        switch (form) {
            case EVENTS -> {
                ByteBuf rest = framer.finish();
                if (rest.isReadable()) {
                    begun = true;
                    client.events(headers, spliced(rest));
                }
                client.endEvents(headers);
            }
            case HELD -> {
                ByteBuf body = held == null ? allocator.buffer(0) : held;
                held = null;
                usage = UsageScan.last(body, body.readerIndex(), body.writerIndex());
                client.whole(status, headers, body);
            }
            case PASSED_ON -> client.end();
        }
        return true;
    }

    /** The rest will not come, and the client has a part: says so in the only way that its form allows. */
    void cutOff(ApiError error) {
        if (form == Form.EVENTS && !framer.broken()) {
            client.error(error);
        } else {
            client.abort();
        }
        discard();
    }

    /** Lets go of what is held. */
    void discard() {
        framer.close();
        if (held != null) {
            held.release();
            held = null;
        }
    }

    static boolean isEventStream(HttpHeaders headers) {
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
    }

    private static byte lastVisible(ByteBuf in, byte before) {
        for (int i = in.writerIndex() - 1; i >= in.readerIndex(); i--) {
            if (in.getByte(i) > ' ') {
                return in.getByte(i);
            }
        }
        return before;
    }
}
