package dev.unbusy.admission;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What rate limits leave a caller at one moment, as OpenAI's {@code x-ratelimit-*} headers tell it.
 *
 * @param requests null where no scope limits them
 * @param tokens null where no scope limits them
 */
public record RateLimitState(
        @Nullable Window requests, @Nullable Window tokens) {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_MINUTE = 60_000;

    /**
     * One rate limit, of the scope that leaves least.
     *
     * @param limit per minute
     * @param remaining whole units; 0 in debt
     * @param resetNanos until the limit is unused again, if nothing else comes
     */
    public record Window(Scope scope, long limit, long remaining, long resetNanos) {}

    /** Headers by name, in lower case; none for what is not limited. */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        add(headers, "requests", requests);
        add(headers, "tokens", tokens);
        return headers;
    }

    /** The tighter of the tightest so far and another scope's limit, if it has one. */
    static @Nullable Window tighter(
            @Nullable Window tightest, Scope scope, long limit, TokenBucket bucket, long nowNanos) {
        if (limit == 0) {
            return tightest;
        }
        Window window = new Window(scope, limit, Math.max(0, bucket.level()), bucket.waitNanos(limit, nowNanos));
        if (tightest == null || window.remaining < tightest.remaining) {
            return window;
        }
        return window.remaining == tightest.remaining && window.resetNanos > tightest.resetNanos ? window : tightest;
    }

    private static void add(Map<String, String> headers, String what, @Nullable Window window) {
        if (window != null) {
            headers.put("x-ratelimit-limit-" + what, Long.toString(window.limit));
            headers.put("x-ratelimit-remaining-" + what, Long.toString(window.remaining));
            headers.put("x-ratelimit-reset-" + what, duration(window.resetNanos));
        }
    }

    /** As OpenAI writes it: {@code 6m0s}, {@code 1.5s}, {@code 120ms}; rounded up, so that it is over when it says. */
    static String duration(long nanos) {
        long millis = Math.ceilDiv(nanos, NANOS_PER_MILLI);
        if (millis > 0 && millis < 1_000) {
            return millis + "ms";
        }
        long rest = millis % MILLIS_PER_MINUTE;
        String fraction = rest % 1_000 == 0 ? "" : String.format(Locale.ROOT, ".%03d", rest % 1_000);
        String seconds = rest / 1_000 + fraction + "s";
        return millis < MILLIS_PER_MINUTE ? seconds : millis / MILLIS_PER_MINUTE + "m" + seconds;
    }
}
