package dev.unbusy.gateway;

import dev.unbusy.api.WorkerStatus;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that the gateway was told of by URL: looks at each of them regularly, on a virtual thread of its own, and tells
 * the registry what has changed. Lifetime: {@link #start} to {@link #close}. A look changes nothing that the gateway has
 * counted itself.
 */
public final class ForeignBackends implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ForeignBackends.class);

    private final ForeignConfig config;
    private final List<ForeignServer> servers;
    private final Backends backends;
    private final HttpClient http;
    private final List<Thread> watchers = new ArrayList<>();
    private final CountDownLatch ready = new CountDownLatch(1);

    private ForeignBackends(
            ForeignConfig config, List<ForeignServer> servers, @Nullable ForeignTls tls, Backends backends) {
        this.config = config;
        this.servers = servers;
        this.backends = backends;
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(config.answerMillis()));
        this.http = (tls == null ? client : client.sslContext(tls.looks())).build();
    }

    /** @throws GatewayException where a URL, or the file of a key or of certificates cannot be used */
    public static ForeignBackends start(ForeignConfig config, Backends backends) {
        boolean secure = config.urls().stream().anyMatch(url -> url.strip().startsWith("https:"));
        ForeignTls tls = secure ? ForeignTls.of(config.caFile()) : null; // takes the JDK a while
        List<ForeignServer> servers = ForeignServer.all(config, tls == null ? null : tls.requests());
        ForeignBackends started = new ForeignBackends(config, servers, tls, backends);
        for (ForeignServer server : servers) {
            ForeignState state = new ForeignState(config, System.nanoTime());
            backends.put(state.backend(server));
            started.watchers.add(
                    Thread.ofVirtual().name("look-" + server.id()).start(() -> started.watch(server, state)));
        }
        return started;
    }

    /** @return whether one of them takes requests */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        return ready.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        watchers.forEach(Thread::interrupt);
        http.shutdownNow();
        for (ForeignServer server : servers) {
            backends.remove(server.id());
        }
    }

    private void watch(ForeignServer first, ForeignState state) {
        ForeignProbe probe = new ForeignProbe(http, config.answerMillis());
        ForeignServer server = first;
        try {
            while (true) {
                Backend before = state.backend(server);
                server = server.refreshed();
                try {
                    ForeignReport report = probe.look(server);
                    state.answered(report, System.nanoTime());
                    if (report.load() != null) {
                        backends.publish(server.id(), report.load());
                    }
                } catch (ForeignProbe.Failure e) {
                    state.failed(String.valueOf(e.getMessage()), e.isDefinite(), System.nanoTime());
                    if (state.state() != Backend.State.READY) {
                        probe.forget();
                    }
                }
                tell(before, state.backend(server));
                TimeUnit.MILLISECONDS.sleep(config.lookMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Backend before, Backend now) {
        if (!now.equals(before)) {
            LOG.info("{} is {}{}", now.id(), now.state().word(), now.reason().isEmpty() ? "" : ": " + now.reason());
            backends.put(now);
        }
        if (now.state() == Backend.State.READY) {
            ready.countDown();
        }
    }

    /** All backends of a registry as the status shows them; what only our own workers tell is zero. */
    public static List<WorkerStatus> statuses(Backends backends) {
        return backends.snapshot().backends().stream()
                .map(backend -> status(backend, backends.load(backend.id())))
                .toList();
    }

    private static WorkerStatus status(Backend backend, @Nullable PublishedLoad load) {
        WorkerStatus.State state = switch (backend.state()) {
            case STARTING -> WorkerStatus.State.STARTING;
            case READY -> WorkerStatus.State.READY;
            case DRAINING -> WorkerStatus.State.WEDGED;
            case DOWN -> WorkerStatus.State.FAILED;
        };
        String model =
                backend.models().isEmpty() ? "" : backend.models().getFirst().id();
        return WorkerStatus.of(backend.id(), state, backend.reason())
                .foreign(
                        model,
                        backend.uri().toString(),
                        load == null ? 0 : load.running(),
                        load == null ? 0 : load.capacity());
    }
}
