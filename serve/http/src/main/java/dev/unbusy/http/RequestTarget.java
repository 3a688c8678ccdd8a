package dev.unbusy.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Path and query of a request line (RFC 9112, section 3.2).
 *
 * @param path percent-decoded, starts with {@code /}, or {@code *}
 * @param query as sent, without the question mark
 */
record RequestTarget(String path, String query) {

    /** Null where the target is none: an authority, a relative path, a broken escape, a NUL. */
    static @Nullable RequestTarget parse(String target) {
        String rest = target;
        if (rest.startsWith("http://") || rest.startsWith("https://")) {
            int slash = rest.indexOf('/', rest.indexOf("://") + 3);
            rest = slash < 0 ? "/" : rest.substring(slash);
        }
        if (rest.equals("*")) {
            return new RequestTarget("*", "");
        }
        if (rest.isEmpty() || rest.charAt(0) != '/') {
            return null;
        }
        int mark = rest.indexOf('?');
        String path = mark < 0 ? rest : rest.substring(0, mark);
        String query = mark < 0 ? "" : rest.substring(mark + 1);
        if (path.indexOf('%') >= 0) {
            try {
                path = QueryStringDecoder.decodeComponent(path.replace("+", "%2B"));
            } catch (IllegalArgumentException e) {
                return null;
            }
            if (path.indexOf('\0') >= 0) {
                return null;
            }
        }
        return new RequestTarget(path, query);
    }
}
