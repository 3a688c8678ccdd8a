package dev.unbusy.api;

import java.nio.charset.StandardCharsets;

/** The fixed bytes of server-sent events (WHATWG HTML, section 9.2) as OpenAI's streams use them. */
public final class Sse {
    public static final String CONTENT_TYPE = "text/event-stream; charset=utf-8";

    static final byte[] DATA = ascii("data: ");
    static final byte[] END = ascii("\n\n");
    static final byte[] DONE_EVENT = ascii("data: [DONE]\n\n");
    private static final byte[] KEEP_ALIVE = ascii(": keep-alive\n\n");

    private Sse() {}

    /** A comment that keeps proxies from closing a silent stream, as DeepSeek sends it. */
    public static byte[] keepAlive() {
        return KEEP_ALIVE.clone();
    }

    /** The last event of every stream. */
    public static byte[] done() {
        return DONE_EVENT.clone();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
