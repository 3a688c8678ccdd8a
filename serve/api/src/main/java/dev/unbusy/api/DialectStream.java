package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all translators of answers have in common: one begin, parts in a row ({@link DialectParts}), one end.
 *
 * <ol>
 *   <li>The first event of the worker begins the answer, whatever it holds, if waiting for it has not.
 *   <li>Its pieces become parts, written as they come.
 *   <li>Finish reason and usage, which may come in either order, are kept for the end.
 *   <li>The end is written once: by {@link #end}, or by an error, after which everything is ignored.
 * </ol>
 */
abstract class DialectStream implements DialectAnswer, DialectParts.Listener {
    private static final byte[] NOTHING = {};
    private static final byte[] BLANK_LINE = {'\n'};

    final DialectHead head;
    final JsonBytes out = new JsonBytes(512);
    final boolean stream;

    private final DialectParts parts;
    private boolean begun;
    private boolean ended;
    private @Nullable FinishReason finish;
    private @Nullable String stopText;
    private @Nullable Usage usage;
    private boolean calls;

    long elapsedNanos;
    /** When the first piece came; −1 before. */
    private long firstPieceNanos = -1;

    /** @param keepText parts keep their text until they end */
    DialectStream(DialectHead head, boolean stream, boolean keepText) {
        this.head = head;
        this.stream = stream;
        this.parts = new DialectParts(head.id(), keepText, this);
    }

    /**
     * How an answer ended.
     *
     * @param calls it calls tools
     * @param stopText the stop text that was reached, where the worker tells it
     * @param usage null where the worker does not tell it
     * @param firstPieceNanos −1 where it is not known
     */
    record Ending(
            FinishReason finish,
            boolean calls,
            @Nullable String stopText,
            @Nullable Usage usage,
            long firstPieceNanos) {}

    abstract void writeBegin();

    abstract void writeEnd(Ending ending);

    abstract void writeError(ApiError error);

    abstract void writeWhole(List<DialectPart> parts, Ending ending);

    /** Of a stream. */
    abstract void writeKeepAlive();

    @Override
    public final byte[] keepAlive(long nowNanos) {
        if (ended) {
            return NOTHING;
        }
        if (!stream) {
            return BLANK_LINE.clone();
        }
        elapsedNanos = nowNanos;
        out.reset();
        writeKeepAlive();
        return out.toBytes();
    }

    /** Writes the begin where it has not been. False where it has. */
    final boolean start() {
        if (begun) {
            return false;
        }
        begun = true;
        writeBegin();
        return true;
    }

    @Override
    public final byte[] event(byte[] openAiJson, long nowNanos) {
        if (ended) {
            return NOTHING;
        }
        elapsedNanos = nowNanos;
        out.reset();
        try {
            translate(DialectChunk.read(openAiJson));
        } catch (ApiException e) {
            fail(e.error());
        }
        return out.toBytes();
    }

    private void translate(DialectChunk chunk) {
        if (chunk.error() != null) {
            throw chunk.error().exception();
        }
        start(); // 1.
        parts.add(chunk); // 2.
        calls |= !chunk.calls().isEmpty();
        if (chunk.finish() != null) { // 3.
            finish = chunk.finish();
            stopText = chunk.stopText();
        }
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
    }

    @Override
    public void piece(DialectPart part, String text) {
        if (firstPieceNanos < 0) {
            firstPieceNanos = elapsedNanos;
        }
    }

    /** 4. */
    @Override
    public final byte[] end(long nowNanos) {
        if (ended) {
            return NOTHING;
        }
        elapsedNanos = nowNanos;
        out.reset();
        try {
            conclude();
            ended = true;
        } catch (ApiException e) {
            fail(e.error());
        }
        return out.toBytes();
    }

    /** @throws ApiException where there is no answer to conclude */
    void conclude() {
        FinishReason reason = finished(finish);
        parts.finish();
        writeEnd(new Ending(reason, calls, stopText, usage, firstPieceNanos));
    }

    /** @throws ApiException where the worker did not finish the answer */
    private static FinishReason finished(@Nullable FinishReason reason) {
        return switch (reason) {
            case null ->
                throw ApiError.workerLost("The worker ended its answer without a finish reason.")
                        .exception();
            case STOP, LENGTH, CONTENT_FILTER, TOOL_CALLS -> reason;
            case INSUFFICIENT_SYSTEM_RESOURCE, ABORTED ->
                throw new ApiError(
                                503,
                                "The worker could not go on with the answer (" + reason.word() + ").",
                                ApiError.SERVER,
                                null,
                                reason.word(),
                                0)
                        .exception();
        };
    }

    @Override
    public final byte[] error(ApiError error) {
        if (ended) {
            return NOTHING;
        }
        out.reset();
        fail(error);
        return out.toBytes();
    }

    /** The worker says that the answer was cut off at its end. */
    final boolean cutOff() {
        return finish == FinishReason.LENGTH || finish == FinishReason.CONTENT_FILTER;
    }

    private void fail(ApiError error) {
        ended = true;
        writeError(error);
    }

    @Override
    public final boolean ended() {
        return ended;
    }

    @Override
    public final byte[] whole(byte[] openAiJson, long nowNanos) {
        elapsedNanos = nowNanos;
        DialectChunk chunk = DialectChunk.read(openAiJson);
        if (chunk.error() != null) {
            throw chunk.error().exception();
        }
        FinishReason reason = finished(chunk.finish());
        boolean called = !chunk.calls().isEmpty();
        List<DialectPart> list = DialectParts.of(chunk, head.id());
        out.reset();
        writeWhole(list, new Ending(reason, called, chunk.stopText(), chunk.usage(), -1));
        return out.toBytes();
    }

    /** A kind of server-sent event, whose name is also its data's type. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    record Event(byte[] opening, String type) {
        static Event of(String type) {
            return new Event(Sse.ascii("event: " + type + "\ndata: {\"type\":"), type);
        }
    }

    /** Begins an event; its members follow. */
    final JsonBytes event(Event event) {
        return out.raw(event.opening).noComma().string(event.type);
    }

    final void endEvent() {
        out.close('}').raw(Sse.END);
    }
}
