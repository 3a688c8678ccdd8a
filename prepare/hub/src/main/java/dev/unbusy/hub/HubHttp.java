package dev.unbusy.hub;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends GET requests and follows redirects by hand: tokens are added per hop by {@link HubTokens} and so never reach the
 * storage host, https is never left for http, and ten hops are enough. Thread-safe; close it to end its threads.
 */
final class HubHttp implements AutoCloseable {
    private static final int MOST_REDIRECTS = 10;
    private static final String AGENT = "unbusy";

    /** A server that has taken a request and says nothing for so long will hardly say anything. */
    private static final Duration LONGEST_HEADER_WAIT = Duration.ofSeconds(20);

    private final HttpClient client;
    private final EnvironmentProxy proxies;
    private final HubTokens tokens;
    private final Duration headerTimeout;
    private final Duration silence;

    HubHttp(HubConfig config, HubTokens tokens, Map<String, String> environment) {
        this(
                tokens,
                environment,
                Duration.ofSeconds(config.connectTimeoutSeconds()),
                Duration.ofSeconds(config.stallTimeoutSeconds()));
    }

    HubHttp(HubTokens tokens, Map<String, String> environment, Duration connectTimeout, Duration silence) {
        this.tokens = tokens;
        this.headerTimeout = silence.compareTo(LONGEST_HEADER_WAIT) < 0 ? silence : LONGEST_HEADER_WAIT;
        this.silence = silence;
        this.proxies = new EnvironmentProxy(environment);
        this.client = HttpClient.newBuilder()
                // Over HTTP/2 a slow reader of one download would share a window with everything else.
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .proxy(proxies)
                .build();
    }

    /**
     * An answer after all redirects.
     *
     * @param uri the address that gave it
     * @param hops headers of each redirect on the way, in order
     */
    record Reply(int status, HttpHeaders headers, URI uri, List<HttpHeaders> hops, StallableBody body)
            implements AutoCloseable {
        @Override
        public void close() {
            body.close();
        }

        @Nullable
        String header(String name) {
            return headers.firstValue(name).orElse(null);
        }

        /** A header that the hub sets on its redirect (the storage host does not know it), or on the answer itself. */
        @Nullable
        String hubHeader(String name) {
            for (HttpHeaders hop : hops) {
                if (hop.firstValue(name).isPresent()) {
                    return hop.firstValue(name).get();
                }
            }
            return header(name);
        }

        boolean isRedirected() {
            return !hops.isEmpty();
        }
    }

    /** Looks at a redirect before it is followed; may take headers off the next request by returning others. */
    @FunctionalInterface
    interface OnRedirect {
        Map<String, String> headersForNext(HttpHeaders redirect, Map<String, String> headers);
    }

    /** @throws HubUnreached if nobody answers; another {@link IOException} if somebody does, and breaks off */
    Reply get(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
        return get(uri, headers, (redirect, current) -> current);
    }

    Reply get(URI uri, Map<String, String> headers, OnRedirect onRedirect) throws IOException, InterruptedException {
        URI at = uri;
        Map<String, String> current = headers;
        List<HttpHeaders> hops = new ArrayList<>();
        while (true) {
            HttpResponse<StallableBody> response = send(at, current);
            String location = response.headers().firstValue("Location").orElse(null);
            if (!isRedirect(response.statusCode()) || location == null) {
                return new Reply(response.statusCode(), response.headers(), at, List.copyOf(hops), response.body());
            }
            response.body().close();
            if (hops.size() == MOST_REDIRECTS) {
                throw new IOException("more than " + MOST_REDIRECTS + " redirects from " + shown(uri));
            }
            hops.add(response.headers());
            URI next = resolve(at, location);
            if (at.getScheme().equalsIgnoreCase("https") && !next.getScheme().equalsIgnoreCase("https")) {
                throw new IOException("refused a redirect from https to " + shown(next));
            }
            current = onRedirect.headersForNext(response.headers(), current);
            at = next;
        }
    }

    private HttpResponse<StallableBody> send(URI uri, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .GET()
                .header("User-Agent", AGENT)
                // A compressed transfer would have another length and no ranges.
                .header("Accept-Encoding", "identity");
        headers.forEach(request::header);
        tokens.headers(uri).forEach(request::header);
        // Not HttpRequest.timeout: whether that covers the body too depends on the JDK, and a body may take hours.
        // Not sendAsync: it completes on the common pool, which somebody may be blocking.
        FutureTask<HttpResponse<StallableBody>> answer =
                new FutureTask<>(() -> client.send(request.build(), info -> new StallableBody(silence)));
        Thread.ofVirtual().name("hub-request").start(answer);
        try {
            return answer.get(headerTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw unreached(uri, NetworkFailure.silent(headerTimeout), e);
        } catch (ExecutionException e) {
            Text why = NetworkFailure.unreached(e.getCause());
            if (why != null) {
                throw unreached(uri, why, e);
            }
            throw new IOException(Transfers.reason(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        }
    }

    private HubUnreached unreached(URI uri, Text why, Throwable cause) {
        return new HubUnreached(uri, proxies.select(uri).getFirst(), why, cause);
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI resolve(URI at, String location) throws IOException {
        try {
            URI next = at.resolve(location);
            String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
            if (next.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("a redirect to something that is no address", e);
        }
        throw new IOException("a redirect to something that is no web address");
    }

    /** An address without its query: signed storage addresses carry credentials there. */
    static String shown(URI uri) {
        return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
