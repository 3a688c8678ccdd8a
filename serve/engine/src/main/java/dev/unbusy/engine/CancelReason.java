package dev.unbusy.engine;

import java.util.Locale;

/** Why an answer is no longer wanted; the same word in log and metric. */
public enum CancelReason {
    /** The client closed its connection. */
    CLIENT_GONE,
    /** The client reads too slowly: more of its answer lies unread than allowed. */
    CLIENT_SLOW,
    /** Another answer of the same request failed. */
    SIBLING_FAILED,
    /** The worker stops. */
    SHUTDOWN;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
