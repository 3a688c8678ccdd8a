package dev.unbusy.gateway;

import java.util.Locale;

/** Why an attempt with a worker failed; the same word stands in the log, the metric and the error's text. */
enum Loss {
    /** No connection: nothing was sent. */
    CONNECT,
    /** The worker answered 429 or 503: it takes nothing now. */
    REFUSED,
    /** The connection was reset or ended before the answer was complete. */
    CLOSED,
    /** What came is not HTTP. */
    GARBAGE,
    /** It does not go on with an answer that another worker began. */
    NOT_CONTINUED,
    /** The answer stood still for longer than the configured silence. */
    SILENT;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True where the worker is at fault: one that takes nothing now, or does not go on for another, is not. */
    boolean isFault() {
        return switch (this) {
            case REFUSED, NOT_CONTINUED -> false;
            case CONNECT, CLOSED, GARBAGE, SILENT -> true;
        };
    }

    /** True where the worker may have begun to work on the request, so that the request itself may be what kills it. */
    boolean reachedWorker() {
        return switch (this) {
            case CONNECT, REFUSED -> false;
            case CLOSED, GARBAGE, NOT_CONTINUED, SILENT -> true;
        };
    }
}
