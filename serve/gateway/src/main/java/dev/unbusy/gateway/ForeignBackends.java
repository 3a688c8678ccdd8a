package dev.unbusy.gateway;

import dev.unbusy.api.WorkerStatus;
import dev.unbusy.text.Text;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    private final Backends backends;
    private final HttpClient http;
    private final List<Thread> watchers = new ArrayList<>();
    private final CountDownLatch ready = new CountDownLatch(1);

    private ForeignBackends(ForeignConfig config, Backends backends) {
        this.config = config;
        this.backends = backends;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(config.answerMillis()))
                .build();
    }

    /** @throws GatewayException where a URL cannot be used */
    public static ForeignBackends start(ForeignConfig config, Backends backends) {
        List<URI> uris = config.urls().stream().map(ForeignBackends::parse).toList();
        Set<String> ids = new HashSet<>();
        for (URI uri : uris) {
            if (!ids.add(id(uri))) {
                throw wrong(uri.toString(), Text.of("it is named twice", "重复"));
            }
        }
        ForeignBackends started = new ForeignBackends(config, backends);
        for (URI uri : uris) {
            ForeignState state = new ForeignState(config, System.nanoTime());
            backends.put(state.backend(id(uri), uri));
            started.watchers.add(Thread.ofVirtual().name("look-" + id(uri)).start(() -> started.watch(uri, state)));
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
        for (String url : config.urls()) {
            backends.remove(id(parse(url)));
        }
    }

    private void watch(URI uri, ForeignState state) {
        ForeignProbe probe = new ForeignProbe(http, uri, config.answerMillis());
        String id = id(uri);
        try {
            while (true) {
                Backend before = state.backend(id, uri);
                try {
                    ForeignReport report = probe.look();
                    state.answered(report, System.nanoTime());
                    if (report.load() != null) {
                        backends.publish(id, report.load());
                    }
                } catch (ForeignProbe.Failure e) {
                    state.failed(String.valueOf(e.getMessage()), e.isDefinite(), System.nanoTime());
                    if (state.state() != Backend.State.READY) {
                        probe.forget();
                    }
                }
                tell(before, state.backend(id, uri));
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

    private static String id(URI uri) {
        return uri.getAuthority().replace("[", "").replace("]", "");
    }

    private static URI parse(String url) {
        URI uri;
        try {
            uri = URI.create(url.strip());
        } catch (IllegalArgumentException e) {
            throw wrong(url, Text.of("it is no URL", "不是 URL"));
        }
        if (uri.getUserInfo() != null) {
            throw wrong("(with credentials)", Text.of("credentials cannot stand in it", "其中不能包含凭据"));
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw wrong(url, Text.of("it must be http://HOST:PORT", "应为 http://主机:端口"));
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (!path.matches("(/|/v1/?)?") || uri.getQuery() != null || uri.getFragment() != null) {
            throw wrong(url, Text.of("a path is not supported", "不支持路径"));
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        return URI.create("http://" + uri.getHost() + ":" + port);
    }

    private static GatewayException wrong(String url, Text why) {
        return new GatewayException(
                "backend-url",
                Text.of("The backend %s cannot be used: %s.", "无法使用后端 %s：%s。", url, why),
                Text.of(
                        "Name each server once as http://HOST:PORT, for instance http://127.0.0.1:8000.",
                        "每个服务写一次，形如 http://主机:端口，例如 http://127.0.0.1:8000。"),
                null);
    }
}
