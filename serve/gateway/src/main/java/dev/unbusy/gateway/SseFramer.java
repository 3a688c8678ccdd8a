package dev.unbusy.gateway;

import dev.unbusy.api.StreamMarks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a worker's server-sent events at event boundaries: bytes pass on only up to the end of the last complete event. The
 * gateway may therefore put its own event (an error, a keep-alive) between any two writes, and it knows exactly which
 * events the client has when a worker is lost. Counts data events and reads {@code usage} on the way. Copies only the
 * piece of an event that a read ended in, which is rare.
 *
 * <p>Where the worker marks its events ({@link KeptMarks}), they pass on only up to a mark, which is taken out and kept: what
 * the client has is then exactly what the marks tell.
 *
 * <p>Belongs to one event loop. {@link #close} releases what is held back.
 */
final class SseFramer implements AutoCloseable {
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};
    private static final byte[] EVENT_END = {'\n', '\n'};
    private static final byte[] MARK = StreamMarks.PREFIX.getBytes(StandardCharsets.US_ASCII);

    private final int maxEventBytes;
    private final @Nullable KeptMarks marks;

    /** The beginning of an event whose end has not arrived; all of it has been looked at. */
    private @Nullable ByteBuf tail;
    /** Index of the current line's first byte in the buffer that is looked at. */
    private int lineStart;
    /** Index of the current event's first byte. */
    private int eventStart;
    /** Where marks begin and end in the buffer that is looked at, in turn. */
    private int[] cuts = new int[2];

    private int cutCount;
    private boolean eventIsMark;
    /** Complete events that no mark vouches for yet. */
    private long unmarked;
    /** The beginning of the current line has been passed on already. */
    private boolean midLine;
    /** The current event has a line that is no comment. */
    private boolean eventHasData;
    /** A piece of an event has been passed on whose end has not. */
    private boolean broken;

    private boolean done;
    private long dataEvents;
    private UsageScan.@Nullable Found usage;

    /** @param maxEventBytes an event larger than this is passed on in pieces, so that memory stays bounded */
    SseFramer(int maxEventBytes) {
        this(maxEventBytes, null);
    }

    /** @param marks where the marks of the stream go; null where it has none */
    SseFramer(int maxEventBytes, @Nullable KeptMarks marks) {
        this.maxEventBytes = maxEventBytes;
        this.marks = marks;
    }

    /**
     * @param in the next bytes; taken over
     * @return the events that are complete now, the caller's to release; empty where there is none
     */
    ByteBuf accept(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf buffer = in;
        int from = in.readerIndex();
        ByteBuf held = tail;
        if (held == null) {
            lineStart = from;
            eventStart = from;
        } else {
            tail = null;
            buffer = held;
            from = held.writerIndex();
            held.writeBytes(in);
            in.release();
        }
        int boundary = scan(buffer, from);
        int keepFrom = boundary < 0 ? buffer.readerIndex() : boundary;
        int keep = buffer.writerIndex() - keepFrom;
        if (keep == 0) {
            return withoutMarks(buffer); // the usual case: a read ends where an event ends
        }
        if (keep > maxEventBytes) {
            broken = true;
            midLine = lineStart < buffer.writerIndex();
            if (marks != null) {
                marks.spoil();
                dataEvents += unmarked;
                unmarked = 0;
            }
            return withoutMarks(buffer);
        }
        if (boundary < 0 && held != null) {
            tail = buffer;
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf rest = allocator.buffer(Math.max(256, 2 * keep));
        rest.writeBytes(buffer, keepFrom, keep);
        lineStart -= keepFrom;
        eventStart -= keepFrom;
        tail = rest;
        if (boundary < 0) {
            buffer.release();
            return Unpooled.EMPTY_BUFFER;
        }
        return withoutMarks(buffer.writerIndex(boundary));
    }

    /** What is held back, its last event closed; the caller's to release. For a stream that has ended by itself. */
    ByteBuf finish() {
        ByteBuf held = tail;
        tail = null;
        if (held == null) {
            return Unpooled.EMPTY_BUFFER;
        }
        held.writeBytes(EVENT_END);
        scan(held, held.writerIndex() - EVENT_END.length);
        return withoutMarks(held);
    }

    private ByteBuf withoutMarks(ByteBuf buffer) {
        if (cutCount == 0) {
            return buffer;
        }
        int to = cuts[0];
        for (int i = 1; i < cutCount; i += 2) {
            int from = cuts[i];
            int length = (i + 1 < cutCount ? cuts[i + 1] : buffer.writerIndex()) - from;
            if (length > 0) { // only where a read brings several writes of the worker
                buffer.setBytes(to, buffer, from, length);
                to += length;
            }
        }
        cutCount = 0;
        buffer.writerIndex(to);
        if (buffer.isReadable()) {
            return buffer;
        }
        buffer.release();
        return Unpooled.EMPTY_BUFFER;
    }

    /** True while the client has a piece of an event whose end has not arrived. */
    boolean broken() {
        return broken;
    }

    /** True once {@code data: [DONE]} has been seen. */
    boolean done() {
        return done;
    }

    /** Complete events so far that are neither comments nor the end mark. */
    long dataEvents() {
        return dataEvents;
    }

    /** The last usage seen. */
    UsageScan.@Nullable Found usage() {
        return usage;
    }

    @Override
    public void close() {
        if (tail != null) {
            tail.release();
            tail = null;
        }
    }

    /** @return index after the last complete event, or −1 */
    private int scan(ByteBuf b, int from) {
        int boundary = -1;
        int end = b.writerIndex();
        int at = from < end ? b.indexOf(from, end, (byte) '\n') : -1;
        while (at >= 0) {
            int lineEnd = at > lineStart && b.getByte(at - 1) == '\r' ? at - 1 : at;
            if (midLine) {
                midLine = false;
                eventHasData = true;
            } else if (lineEnd > lineStart) {
                line(b, lineStart, lineEnd);
            } else {
                if (marks != null) {
                    boundary = ended(b, at + 1, marks) ? at + 1 : boundary;
                } else {
                    boundary = at + 1;
                    if (eventHasData && !done) {
                        dataEvents++;
                    }
                }
                eventHasData = false;
                eventIsMark = false;
                eventStart = at + 1;
                broken = false;
            }
            lineStart = at + 1;
            at = lineStart < end ? b.indexOf(lineStart, end, (byte) '\n') : -1;
        }
        return boundary;
    }

    /** An event of a stream with marks is complete; returns whether it and those before it may pass on. */
    private boolean ended(ByteBuf b, int end, KeptMarks kept) {
        if (eventIsMark) {
            kept.keep(b, eventStart, lineStart);
            if (cutCount == cuts.length) {
                cuts = Arrays.copyOf(cuts, 2 * cutCount);
            }
            cuts[cutCount++] = eventStart;
            cuts[cutCount++] = end;
        } else {
            unmarked += eventHasData && !done ? 1 : 0;
            if (unmarked > 0 && !done) {
                return false;
            }
        }
        dataEvents += unmarked;
        unmarked = 0;
        return true;
    }

    private void line(ByteBuf b, int start, int end) {
        if (b.getByte(start) == ':') {
            eventIsMark |= marks != null && startsWith(b, start, end, MARK);
            return;
        }
        eventHasData = true;
        if (!startsWith(b, start, end, DATA)) {
            return;
        }
        int value = start + DATA.length;
        if (value < end && b.getByte(value) == ' ') {
            value++;
        }
        if (end - value == DONE.length && startsWith(b, value, end, DONE)) {
            done = true;
            return;
        }
        UsageScan.Found found = UsageScan.last(b, value, end);
        if (found != null) {
            usage = found;
        }
    }

    private static boolean startsWith(ByteBuf b, int start, int end, byte[] word) {
        if (end - start < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (b.getByte(start + i) != word[i]) {
                return false;
            }
        }
        return true;
    }
}
