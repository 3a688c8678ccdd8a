package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.api.ApiError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** OpenAI's and DeepSeek's own form: bytes pass unchanged. Immutable. */
final class OpenAiForm implements AnswerForm {
    static final OpenAiForm INSTANCE = new OpenAiForm();

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    private OpenAiForm() {}

    @Override
    public String eventsType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public ByteBuf events(ByteBuf events) {
        return events;
    }

    @Override
    public ByteBuf endOfEvents() {
        return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public ByteBuf whole(int workerStatus, ByteBuf body) {
        return body;
    }

    @Override
    public ByteBuf wholeAsEvent(int workerStatus, ByteBuf body) {
        String json = body.toString(StandardCharsets.UTF_8).strip();
        body.release();
        if (workerStatus < 400 || !json.startsWith("{")) {
            return Unpooled.wrappedBuffer(errorEvent(GatewayErrors.notAStream(workerStatus)));
        }
        // Line breaks between the tokens of JSON are free to go; inside strings they are escaped.
        byte[] line = json.replace("\r", "").replace("\n", "").getBytes(StandardCharsets.UTF_8);
        return Unpooled.wrappedBuffer(DATA, line, EVENT_END);
    }

    @Override
    public byte[] errorBody(ApiError error) {
        return error.body();
    }

    @Override
    public byte[] errorEvent(ApiError error) {
        return error.sseEvent();
    }

    /** DeepSeek's comment; while the request waits, with its position and how long it is expected to wait. */
    @Override
    public byte[] keepAlive(@Nullable Place place) {
        StringBuilder text = new StringBuilder(": keep-alive");
        if (place != null) {
            text.append(" position=").append(place.position());
            if (place.waitNanos().isPresent()) {
                text.append(" wait-ms=")
                        .append(TimeUnit.NANOSECONDS.toMillis(place.waitNanos().getAsLong()));
            }
        }
        return text.append("\n\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean takesBlankLines() {
        return true;
    }

    @Override
    public boolean passesPieces() {
        return true;
    }
}
