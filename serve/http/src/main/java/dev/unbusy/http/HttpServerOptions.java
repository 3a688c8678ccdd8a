package dev.unbusy.http;

/**
 * Where a server listens and how it answers what never reaches its handler.
 *
 * @param name of its threads and log lines, for instance {@code gateway}
 * @param host name or address to listen on; which ones are allowed is the caller's decision
 * @param port 0 for a free one
 * @param eventLoopThreads 0 for one per core
 * @param tls certificate and key, or {@link TlsFiles#NONE}
 */
public record HttpServerOptions(
        String name,
        String host,
        int port,
        int eventLoopThreads,
        HttpLimits limits,
        ErrorBody errorBody,
        TlsFiles tls) {

    public HttpServerOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " must be from 0 to 65535");
        }
        if (eventLoopThreads < 0) {
            throw new IllegalArgumentException("event_loop_threads " + eventLoopThreads + " must not be negative");
        }
    }

    public HttpServerOptions(String name, String host, int port, ErrorBody errorBody) {
        this(name, host, port, 0, HttpLimits.DEFAULT, errorBody, TlsFiles.NONE);
    }

    public HttpServerOptions withLimits(HttpLimits newLimits) {
        return new HttpServerOptions(name, host, port, eventLoopThreads, newLimits, errorBody, tls);
    }

    public HttpServerOptions withEventLoopThreads(int threads) {
        return new HttpServerOptions(name, host, port, threads, limits, errorBody, tls);
    }

    public HttpServerOptions withTls(TlsFiles files) {
        return new HttpServerOptions(name, host, port, eventLoopThreads, limits, errorBody, files);
    }
}
