package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * How one client's answer is written: as the worker writes it ({@link OpenAiForm}), or translated ({@link DialectForm}).
 * Buffers that go in are taken over, those that come out are the caller's. Used on one event loop.
 */
interface AnswerForm {
    /** Of a stream. */
    String eventsType();

    /** @param events of the worker, whole ones unless one of them is very large; what comes out may be empty */
    ByteBuf events(ByteBuf events);

    /** What follows the last event; may be empty. */
    ByteBuf endOfEvents();

    /** @throws ApiException where the worker's answer is none in this form: an error to tell instead */
    ByteBuf whole(int workerStatus, ByteBuf body);

    /** A whole answer where a stream has begun: as its last event. */
    ByteBuf wholeAsEvent(int workerStatus, ByteBuf body);

    /** The body of an error that is the whole answer. */
    byte[] errorBody(ApiError error);

    /** An error as the last event of a stream. */
    byte[] errorEvent(ApiError error);

    /** @param place where the request waits; null once it has a worker */
    byte[] keepAlive(@Nullable Place place);

    /**
     * Whether a client that waits for an answer in one piece reads over blank lines, and over an error behind status 200. Where
     * it does not, it waits in silence.
     */
    boolean takesBlankLines();

    /** Whether a body can be passed on before it is complete. */
    boolean passesPieces();
}
