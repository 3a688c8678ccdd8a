package dev.unbusy.gateway;

import dev.unbusy.http.Exchange;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages of other sites may call this gateway from a browser (Fetch standard, CORS protocol). Off by default: no
 * origin is named, no header is sent, and {@link RequestGuard} refuses such requests. Cookies are never used, so no
 * credentials are allowed. Immutable.
 */
final class Cors {
    private static final String SECONDS_REMEMBERED = "600";

    private final Set<String> origins = new HashSet<>();

    /** @param origins as browsers send them, {@code https://chat.example.com} */
    Cors(List<String> origins) {
        for (String origin : origins) {
            this.origins.add(origin.toLowerCase(Locale.ROOT));
        }
    }

    boolean allows(@Nullable String origin) {
        return origin != null && !origins.isEmpty() && origins.contains(origin.toLowerCase(Locale.ROOT));
    }

    /** Lets the page read the answer. */
    static void mark(Exchange exchange, String origin) {
        exchange.alwaysHeaders(
                "access-control-allow-origin",
                origin,
                "vary",
                "origin",
                "access-control-expose-headers",
                "x-request-id, retry-after, x-unbusy-worker, x-unbusy-queue-ms, x-ratelimit-limit-requests,"
                        + " x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens,"
                        + " x-ratelimit-reset-requests, x-ratelimit-reset-tokens");
    }

    /** A browser's question before the request itself. */
    static boolean isPreflight(Exchange exchange) {
        return exchange.method().equals("OPTIONS") && exchange.header("access-control-request-method") != null;
    }

    static void answerPreflight(Exchange exchange) {
        String asked = exchange.header("access-control-request-headers");
        exchange.respond(
                204,
                null,
                new byte[0],
                "access-control-allow-methods",
                "GET, POST, DELETE",
                "access-control-allow-headers",
                asked == null ? "authorization, content-type" : asked,
                "access-control-max-age",
                SECONDS_REMEMBERED);
    }
}
