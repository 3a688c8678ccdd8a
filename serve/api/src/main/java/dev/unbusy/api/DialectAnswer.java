package dev.unbusy.api;

/**
 * Translates one answer of a worker into another {@link Dialect}: either {@link #whole}, or {@link #event} for each data
 * event of the stream but {@code [DONE]}, then {@link #end}. Whatever the worker sends, the client gets a well-formed
 * stream with exactly one end: an answer, or an error event. For one request, used by one thread at a time.
 *
 * <p>{@code elapsedNanos} counts from the request's arrival.
 */
public interface DialectAnswer {
    /** Of the answer's head; errors before it are {@code application/json}. */
    String contentType();

    /**
     * What this dialect's clients read over while they wait; for answers in one piece a blank line. It may begin the stream.
     * Empty if that has ended.
     */
    byte[] keepAlive(long elapsedNanos);

    /**
     * The client's events for one of the worker's; often one, may be none. An event that is an error, or no JSON, ends the
     * stream.
     */
    byte[] event(byte[] openAiJson, long elapsedNanos);

    /** The last events. A stream that the worker left without a finish reason ends as an error. Empty if it has ended. */
    byte[] end(long elapsedNanos);

    /** The error as the last event of a stream that has begun. Empty if it has ended. */
    byte[] error(ApiError error);

    /** The last event is written; nothing more comes. */
    boolean ended();

    /** @throws ApiException 502 or 503 where the worker's bytes are no answer, or one that it gave up */
    byte[] whole(byte[] openAiJson, long elapsedNanos);
}
