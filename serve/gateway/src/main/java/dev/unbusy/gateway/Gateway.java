package dev.unbusy.gateway;

import dev.unbusy.admission.PriceBook;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.http.HttpServer;
import dev.unbusy.http.HttpServerOptions;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.routing.RoutingPolicy;
import dev.unbusy.text.Text;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP front door of one process. Lifetime: {@link #start}, {@link #drain}, {@link #close}; the backends may come and
 * go all the time. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    /** For the last error events to reach their clients. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final GatewayContext context;
    private final Dispatcher dispatcher;
    private final HttpServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Gateway(GatewayContext context, Dispatcher dispatcher, HttpServer server) {
        this.context = context;
        this.dispatcher = dispatcher;
        this.server = server;
    }

    /**
     * Listens and answers from now on, whether or not a backend is there.
     *
     * @param ledger whose keys are asked for, and where usage is written; stays the caller's
     * @param token opens everything to this machine's own commands
     * @param workers for the admin API
     * @throws GatewayException where the address is open to others and there is no key yet
     * @throws dev.unbusy.http.HttpException where the address cannot be listened on
     */
    public static Gateway start(
            GatewayOptions options,
            Backends backends,
            Ledger ledger,
            LocalToken token,
            Metrics metrics,
            Workers workers) {
        GatewayConfig config = options.config();
        HttpLimits limits = options.limits();
        if (ledger.keyRing().open()) {
            requireLoopback(config.host());
        } else if (!isLoopback(config.host()) && options.tls().certificate() == null) {
            LOG.warn("{} is open to other machines without TLS: keys and texts travel unencrypted", config.host());
        }
        requireHeldAnswersFit(config, limits);
        PriceBook prices = new PriceBook(config.usualOutputTokens());
        Dispatcher dispatcher =
                new Dispatcher(backends, RoutingPolicy.named(config.policy()), prices, DispatchLimits.of(config));
        GatewayMetrics meters = new GatewayMetrics(metrics);
        GatewayContext context = new GatewayContext(config, backends, dispatcher, prices, ledger, token, meters);
        ServiceEndpoints services = new ServiceEndpoints(context, metrics, workers);
        GatewayRoutes routes = new GatewayRoutes(
                context,
                new RequestGuard(config.host(), config.allowedHosts()),
                new CompletionEndpoint(context),
                services,
                new ModelEndpoints(context),
                new LedgerEndpoint(context));
        HttpServer server;
        try {
            server = HttpServer.start(
                    new HttpServerOptions(
                            "gateway",
                            config.host(),
                            config.port(),
                            config.eventLoops(),
                            limits,
                            (status, message) -> { // asked once per such answer
                                meters.unanswered(status);
                                return GatewayErrors.ofHttpLayer(status, message);
                            },
                            options.tls()),
                    routes);
        } catch (RuntimeException e) {
            dispatcher.close();
            throw e;
        }
        services.listeningOn(server.url());
        metrics.gauge(Metric.GATEWAY_CONNECTIONS, server::openConnections);
        metrics.gauge(Metric.GATEWAY_BODY_BYTES, server::heldBodyBytes);
        metrics.gauge(Metric.GATEWAY_WAITING, dispatcher::waiting);
        metrics.gauge(Metric.GATEWAY_WAITING_WORK, dispatcher::waitingSeconds);
        metrics.gauge(Metric.GATEWAY_RUNNING, dispatcher::running);
        metrics.gauge(Metric.GATEWAY_OPEN_STREAMS, context::openRelays);
        metrics.gauge(Metric.GATEWAY_WORKER_CONNECTIONS, context::workerConnections);
        metrics.gauge(Metric.LEDGER_FAILING, () -> ledger.journalState().failure() == null ? 0 : 1);
        metrics.gauge(Metric.LEDGER_IN_MEMORY, () -> ledger.journalState().inMemory());
        metrics.gauge(Metric.LEDGER_LOST, () -> ledger.journalState().lostRecords());
        return new Gateway(context, dispatcher, server);
    }

    /** {@code http://HOST:PORT}. */
    public String url() {
        return server.url();
    }

    public int port() {
        return server.port();
    }

    /** Requests that wait for a worker. */
    public int queued() {
        return dispatcher.waiting();
    }

    /** Requests that a worker has. */
    public int running() {
        return dispatcher.running();
    }

    /**
     * Takes no new completions, reports itself as not ready, and waits for those it has, the waiting ones included. The
     * other endpoints go on answering until {@link #close}. Blocks.
     *
     * @return whether all of them finished within the limit
     */
    public boolean drain(Duration limit) {
        context.startClosing();
        boolean drained = context.awaitNoRelays(limit);
        if (!drained) {
            LOG.warn(
                    "{} still running after {} s of draining",
                    Text.counted(context.openRelays(), "request was", "requests were", "个请求")
                            .en(),
                    limit.toSeconds());
        }
        return drained;
    }

    /** Ends what still runs with an error, and stops. Blocks for a moment. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        context.startClosing();
        context.shutdownLoops();
        dispatcher.close();
        server.close(LAST_WORDS);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return true; // the server says it better
        }
    }

    private static void requireLoopback(String host) {
        if (isLoopback(host)) {
            return;
        }
        throw new GatewayException(
                "bind-not-loopback",
                Text.of(
                        "Refusing to listen on %s: there are no API keys yet, so everyone who reaches it could use it.",
                        "拒绝监听 %s：目前还没有 API 密钥，任何能访问该地址的人都可以使用本服务。", host),
                Text.of(
                        "Create a key first: unbusy keys create --tenant NAME (with the same --port and --config). Or use"
                                + " --host 127.0.0.1 and reach it from other machines through an SSH tunnel"
                                + " (ssh -L 8080:127.0.0.1:8080 THIS_HOST).",
                        "请先创建密钥：unbusy keys create --tenant 名称（使用相同的 --port 与 --config）。或使用 --host 127.0.0.1，并通过 SSH"
                                + " 隧道（ssh -L 8080:127.0.0.1:8080 本机）从其他机器访问。"),
                null);
    }

    /** A held answer that has grown too large is written at once, and must not look like a client that reads too slowly. */
    private static void requireHeldAnswersFit(GatewayConfig config, HttpLimits limits) {
        long most = limits.maxPendingStream().count() / 2;
        if (config.maxHeldAnswer().count() > most) {
            throw new GatewayException(
                    "setting-out-of-range",
                    Text.of(
                            "max_held_answer is %s, more than half of max_pending_stream (%s).",
                            "max_held_answer 为 %s，超过了 max_pending_stream（%s）的一半。",
                            config.maxHeldAnswer(),
                            limits.maxPendingStream()),
                    Text.of("Lower the first or raise the second.", "请调低前者或调高后者。"),
                    null);
        }
    }
}
