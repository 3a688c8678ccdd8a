package dev.unbusy.gateway;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has to itself: its worker connections, its relays, and one timer for all of them. A timer per request
 * would cost more than the request's own bookkeeping; instead everything that waits for time is asked every
 * {@value #TICK_MILLIS} ms, so deadlines and keep-alives are late by at most that. Without relays and idle connections
 * the timer stands still. Used on its loop only.
 */
final class LoopState {
    static final long TICK_MILLIS = 50;

    /** Something that waits for time to pass. */
    abstract static class Ticked {
        /** Where it stands in the loop's list, −1 for nowhere: removal without a search. */
        private int slot = -1;

        abstract void tick(long nowNanos);

        /** The gateway ends: finish now. */
        abstract void shutdown();
    }

    private final EventLoop loop;
    private final WorkerConnections connections;
    private final LongConsumer onTick;
    private final List<Ticked> active = new ArrayList<>();
    private @Nullable ScheduledFuture<?> timer;

    LoopState(
            EventLoop loop,
            Class<? extends Channel> channelClass,
            GatewayConfig config,
            AtomicInteger openConnections,
            LongConsumer onTick) {
        this.loop = loop;
        this.onTick = onTick;
        this.connections = new WorkerConnections(loop, channelClass, config, openConnections);
    }

    EventLoop loop() {
        return loop;
    }

    /**
     * Runs it on this loop; from any thread.
     *
     * @return false where the gateway has ended, and everything on this loop with it
     */
    boolean execute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    WorkerConnections connections() {
        return connections;
    }

    void add(Ticked ticked) {
        ticked.slot = active.size();
        active.add(ticked);
        if (timer == null) {
            timer = loop.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Harmless for one that has been removed. */
    void remove(Ticked ticked) {
        int slot = ticked.slot;
        if (slot < 0) {
            return;
        }
        Ticked last = active.removeLast();
        if (slot < active.size()) { // it was not the last itself
            active.set(slot, last);
            last.slot = slot;
        }
        ticked.slot = -1;
    }

    void shutdown() {
        while (!active.isEmpty()) {
            Ticked last = active.getLast();
            last.shutdown();
            remove(last);
        }
        connections.closeAll();
        stopTimer();
    }

    private void tick() {
        long now = System.nanoTime();
        // Backwards: one that removes itself is replaced by one that has been asked already.
        for (int i = active.size() - 1; i >= 0; i--) {
            if (i < active.size()) {
                active.get(i).tick(now);
            }
        }
        connections.tick(now);
        onTick.accept(now);
        if (active.isEmpty() && !connections.hasIdle()) {
            stopTimer();
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
