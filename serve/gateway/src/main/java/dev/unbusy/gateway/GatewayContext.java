package dev.unbusy.gateway;

import dev.unbusy.admission.PriceBook;
import dev.unbusy.http.Transport;
import dev.unbusy.ledger.Ledger;
import io.netty.channel.EventLoop;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all requests of one gateway share. Thread-safe. */
final class GatewayContext {
    private final GatewayConfig config;
    private final Backends backends;
    private final Dispatcher dispatcher;
    private final PriceBook prices;
    private final Ledger ledger;
    private final Access access;
    private final Quotas quotas;
    private final GatewayMetrics metrics;
    private final WhyBook whyBook;
    private final AtomicLong arrivals = new AtomicLong();
    private final long prefixSeed = new SecureRandom().nextLong();
    private final AtomicInteger workerConnections = new AtomicInteger();
    private final Map<EventLoop, LoopState> loops = new ConcurrentHashMap<>();
    private final Object idle = new Object();
    private int open;
    // volatile: set by whoever drains the gateway, read by its event loops.
    private volatile boolean draining;
    // volatile: set by whoever ends the gateway, read by event loops.
    private volatile boolean closing;
    // volatile: replaced by any event loop that sees a newer registry.
    private volatile Names names;

    /** Names resolved against one state of the registry. */
    private record Names(Backends.Snapshot snapshot, ModelNames names) {}

    GatewayContext(
            GatewayConfig config,
            Backends backends,
            Dispatcher dispatcher,
            PriceBook prices,
            Ledger ledger,
            LocalToken token,
            GatewayMetrics metrics) {
        this.config = config;
        this.backends = backends;
        this.dispatcher = dispatcher;
        this.prices = prices;
        this.ledger = ledger;
        this.access = new Access(ledger, token, InstantSource.system());
        this.quotas = new Quotas(ledger, ModelLimits.of(config));
        this.metrics = metrics;
        this.whyBook = new WhyBook(config.whyRequests(), TimeUnit.MINUTES.toNanos(config.whyMinutes()));
        this.names = names(backends.snapshot());
    }

    GatewayConfig config() {
        return config;
    }

    Backends.Snapshot backends() {
        return backends.snapshot();
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    PriceBook prices() {
        return prices;
    }

    Ledger ledger() {
        return ledger;
    }

    Access access() {
        return access;
    }

    Quotas quotas() {
        return quotas;
    }

    WhyBook whyBook() {
        return whyBook;
    }

    ModelNames models() {
        Backends.Snapshot now = backends.snapshot();
        Names current = names;
        if (current.snapshot() != now) {
            current = names(now);
            names = current;
        }
        return current.names();
    }

    /** Of the hashes of prompts: clients must not know it. */
    long prefixSeed() {
        return prefixSeed;
    }

    long nextArrival() {
        return arrivals.incrementAndGet();
    }

    int workerConnections() {
        return workerConnections.get();
    }

    /** The part of this gateway that belongs to the calling event loop. */
    LoopState loop(EventLoop loop) {
        LoopState state = loops.get(loop);
        return state != null
                ? state
                : loops.computeIfAbsent(
                        loop,
                        key -> new LoopState(
                                key, Transport.current().socketChannel(), config, workerConnections, dispatcher::tick));
    }

    void relayOpened() {
        synchronized (idle) {
            open++;
        }
    }

    void relayClosed() {
        synchronized (idle) {
            if (--open == 0) {
                idle.notifyAll();
            }
        }
    }

    int openRelays() {
        synchronized (idle) {
            return open;
        }
    }

    boolean isDraining() {
        return draining;
    }

    /** Takes nothing new from now on. */
    void startDraining() {
        draining = true;
    }

    /** Takes new requests again; not once the gateway closes. */
    void resume() {
        draining = closing;
    }

    /** Takes nothing new, for good. */
    void startClosing() {
        closing = true;
        draining = true;
    }

    /** @return false where some were still open when the time had passed, or the thread was interrupted */
    boolean awaitNoRelays(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (idle) {
            while (open > 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(idle, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    /** Ends every relay with an error and closes the worker connections; returns when the loops have done so. */
    void shutdownLoops() {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (LoopState state : loops.values()) {
            try {
                state.loop().execute(() -> {
                    state.shutdown();
                    done.countDown();
                });
            } catch (RejectedExecutionException e) {
                done.countDown(); // the loop has ended
            }
        }
        try {
            if (!done.await(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("an event loop of the gateway does not respond");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Names names(Backends.Snapshot snapshot) {
        return new Names(
                snapshot,
                new ModelNames(
                        snapshot.backends().stream()
                                .flatMap(backend -> backend.models().stream())
                                .toList(),
                        config.modelAliases()));
    }
}
