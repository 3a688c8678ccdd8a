package dev.unbusy.http;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Names of requests: the client's own {@code x-request-id} where it is one, else {@code req-} and 16 random hex digits. */
final class RequestIds {
    private static final int MAX_LENGTH = 128;

    private RequestIds() {}

    static String orNew(@Nullable String offered) {
        return offered != null && isSane(offered) ? offered : next();
    }

    /** Names need to differ, not to be secret. */
    static String next() {
        String hex = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return "req-" + "0".repeat(16 - hex.length()) + hex;
    }

    /** Letters, digits and {@code ._:-} only: the id stands in headers, logs, file names and URLs. */
    static boolean isSane(String id) {
        if (id.isEmpty() || id.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean ok = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == ':';
            if (!ok) {
                return false;
            }
        }
        return true;
    }
}
