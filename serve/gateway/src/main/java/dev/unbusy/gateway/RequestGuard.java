package dev.unbusy.gateway;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages from using a gateway that listens on this machine only. Without keys, "only this machine" includes every
 * page open in its browser. Pure.
 *
 * <ol>
 *   <li>DNS rebinding: a page's own host name is made to point to the loopback address, so the page may read the answers.
 *       The {@code Host} header still carries that name; only loopback names and allowed ones pass.
 *   <li>Cross-site requests: a page of another site may send a POST blindly. Browsers then name the page's origin; it must
 *       be the host that the request is sent to.
 * </ol>
 */
final class RequestGuard {
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

    private final Set<String> allowedHosts = new HashSet<>();

    /** @param allowedHosts further host names, without port, that reach this gateway (a reverse proxy's, for instance) */
    RequestGuard(String configuredHost, List<String> allowedHosts) {
        this.allowedHosts.add(configuredHost.toLowerCase(Locale.ROOT));
        for (String host : allowedHosts) {
            this.allowedHosts.add(host.toLowerCase(Locale.ROOT));
        }
    }

    /** What is wrong with a request. */
    enum Refusal {
        FOREIGN_HOST,
        CROSS_SITE
    }

    /**
     * @param host the Host header; null only from HTTP/1.0, which no browser speaks
     * @param anyHost whether callers are asked for a key, which no page has that took another name
     * @param origin the Origin header
     * @param safeMethod GET or HEAD: without CORS headers in the answer another site cannot read it; or an origin that
     *     {@link Cors} allows
     * @return null where the request may pass
     */
    @Nullable
    Refusal check(@Nullable String host, boolean anyHost, @Nullable String origin, boolean safeMethod) {
        if (!anyHost && host != null && !allowed(nameOf(host))) {
            return Refusal.FOREIGN_HOST; // 1
        }
        if (!safeMethod && origin != null && !sameHost(origin, host)) {
            return Refusal.CROSS_SITE; // 2
        }
        return null;
    }

    private boolean allowed(String name) {
        return isLoopback(name) || allowedHosts.contains(name);
    }

    /** Names that mean this machine to every resolver (RFC 6761 for {@code *.localhost}), and loopback addresses. */
    static boolean isLoopback(String name) {
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals("::1")
                || LOOPBACK.matcher(name).matches();
    }

    private static boolean sameHost(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        if (host == null || scheme < 0) {
            return false; // "null", which sandboxed and file pages send, is nobody's host
        }
        return withoutDefaultPort(origin.substring(scheme + 3)).equals(withoutDefaultPort(host));
    }

    private static String withoutDefaultPort(String authority) {
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.endsWith(":80")
                ? lower.substring(0, lower.length() - 3)
                : lower.endsWith(":443") ? lower.substring(0, lower.length() - 4) : lower;
    }

    /** The host without port, brackets and the root's dot. */
    static String nameOf(String host) {
        String name = host.trim().toLowerCase(Locale.ROOT);
        if (name.startsWith("[")) {
            int end = name.indexOf(']');
            return end < 0 ? name : name.substring(1, end);
        }
        int colon = name.lastIndexOf(':');
        if (colon >= 0) {
            name = name.substring(0, colon);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
