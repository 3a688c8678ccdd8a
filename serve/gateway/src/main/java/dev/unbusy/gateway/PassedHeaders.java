package dev.unbusy.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which of a worker's response headers reach the client: its own {@code x-…} and {@code openai-…} ones. Everything about
 * the connection, cookies, CORS and identity is the gateway's own business.
 */
final class PassedHeaders {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]+");

    private PassedHeaders() {}

    /** Adds names and values in turn. */
    static void addTo(List<String> out, HttpHeaders worker) {
        for (Map.Entry<String, String> header : worker) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (passes(name)) {
                out.add(name);
                out.add(header.getValue());
            }
        }
    }

    static String[] of(HttpHeaders worker) {
        List<String> out = new ArrayList<>();
        addTo(out, worker);
        return out.toArray(String[]::new);
    }

    private static boolean passes(String name) {
        boolean kind = name.startsWith("x-") || name.startsWith("openai-");
        boolean ours = name.equals("x-request-id")
                || name.startsWith("x-unbusy-")
                || name.startsWith("x-ratelimit-")
                || name.equals("x-powered-by")
                || name.equals("x-accel-buffering");
        return kind && !ours && NAME.matcher(name).matches();
    }
}
