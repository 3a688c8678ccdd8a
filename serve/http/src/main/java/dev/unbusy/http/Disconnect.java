package dev.unbusy.http;

/** Why an exchange ended before its answer did. */
public enum Disconnect {
    /** The peer closed or reset the connection, or shut down its sending side: see {@link Exchange#onDisconnect}. */
    CLIENT_CLOSED,
    /** The client read too slowly: more than {@code max_pending_stream} waited, or nothing moved for {@code send_millis}. */
    SLOW_READER,
    /** The handler ended the connection with {@link Exchange#abort}, or failed in the middle of a stream. */
    ABORTED,
    /** The server was closed and its drain time had passed. */
    SERVER_CLOSED;

    /** The word in logs and metric labels. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
