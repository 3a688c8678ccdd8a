package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.Dialect;
import dev.unbusy.api.DialectAnswer;
import dev.unbusy.api.DialectErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** One answer in another dialect than the worker's: its translator, fed with events that are cut out of the stream. */
final class DialectForm implements AnswerForm {
    /** No token is so large; what does not end before it is no answer. */
    private static final int MAX_EVENT_BYTES = 16 << 20;

    private final Dialect dialect;
    private final DialectAnswer answer;
    private final long arrivedNanos;
    private final EventData data = new EventData(MAX_EVENT_BYTES);

    DialectForm(Dialect dialect, DialectAnswer answer, long arrivedNanos) {
        this.dialect = dialect;
        this.answer = answer;
        this.arrivedNanos = arrivedNanos;
    }

    @Override
    public String eventsType() {
        return answer.contentType();
    }

    @Override
    public ByteBuf events(ByteBuf events) {
        CompositeByteBuf out = Unpooled.compositeBuffer();
        try {
            boolean fits = data.read(events, json -> add(out, answer.event(json, elapsed())));
            if (!fits) {
                add(out, answer.error(GatewayErrors.eventTooLarge(MAX_EVENT_BYTES)));
            }
        } finally {
            events.release();
        }
        return out;
    }

    @Override
    public ByteBuf endOfEvents() {
        return Unpooled.wrappedBuffer(answer.end(elapsed()));
    }

    @Override
    public ByteBuf whole(int workerStatus, ByteBuf body) {
        byte[] json = bytes(body);
        if (workerStatus >= 400) {
            throw DialectErrors.ofWorker(workerStatus, json).exception();
        }
        return Unpooled.wrappedBuffer(answer.whole(json, elapsed()));
    }

    @Override
    public ByteBuf wholeAsEvent(int workerStatus, ByteBuf body) {
        byte[] json = bytes(body);
        ApiError error = workerStatus >= 400
                ? DialectErrors.ofWorker(workerStatus, json)
                : GatewayErrors.notAStream(workerStatus);
        return Unpooled.wrappedBuffer(answer.error(error));
    }

    @Override
    public byte[] errorBody(ApiError error) {
        return dialect.errorBody(error);
    }

    @Override
    public byte[] errorEvent(ApiError error) {
        return answer.error(error);
    }

    @Override
    public byte[] keepAlive(@Nullable Place place) {
        return answer.keepAlive(elapsed());
    }

    @Override
    public boolean takesBlankLines() {
        return false;
    }

    @Override
    public boolean passesPieces() {
        return false;
    }

    private long elapsed() {
        return System.nanoTime() - arrivedNanos;
    }

    private static void add(CompositeByteBuf out, byte[] bytes) {
        if (bytes.length > 0) {
            out.addComponent(true, Unpooled.wrappedBuffer(bytes));
        }
    }

    private static byte[] bytes(ByteBuf body) {
        byte[] bytes = ByteBufUtil.getBytes(body);
        body.release();
        return bytes;
    }
}
