package dev.unbusy.http;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells a connection that its client takes too long. One timer for all phases, moved only when the next deadline is
 * earlier than it: on a busy connection it fires every few seconds, sees that nothing is late and waits on. Belongs to the
 * event loop.
 */
final class ConnectionTimer {
    /** What the client is doing; each has its own limit. */
    enum Phase {
        /** Connected, and nothing arrived: ends in silence. */
        CONNECTED,
        /** Sending a head. */
        HEAD,
        /** Sending a body. */
        BODY,
        /** Waiting for the answer, or reading it. */
        HANDLING,
        /** Between two requests: ends in silence. */
        IDLE,
        /** Between two requests, and still reading the last answer. */
        SENDING,
        /** Refused, and still sending. */
        LINGERING
    }

    private static final long LINGER_MILLIS = 5_000;

    private final Connection connection;
    private final HttpLimits limits;

    private Phase phase = Phase.CONNECTED;
    private long phaseNanos;
    private long bodyBytes;
    /** Of the body when the present span of {@code body_millis} began. */
    private long bodyBytesBefore;

    private @Nullable ScheduledFuture<?> timer;
    private long timerNanos;
    private boolean closed;

    private long pendingSeen;
    private long progressSeen;

    ConnectionTimer(Connection connection, HttpLimits limits) {
        this.connection = connection;
        this.limits = limits;
    }

    void connected(long now) {
        enter(Phase.CONNECTED, now);
    }

    void bytesArrived(long now) {
        if (phase == Phase.CONNECTED || phase == Phase.IDLE || phase == Phase.SENDING) {
            enter(Phase.HEAD, now);
        }
    }

    boolean headBegun() {
        return phase == Phase.HEAD;
    }

    void headComplete(long now) {
        bodyBytes = 0;
        if (phase == Phase.HEAD) {
            enter(Phase.BODY, now);
        }
    }

    void bodyBytes(long bytes) {
        bodyBytes = bytes;
    }

    void requestComplete(long now) {
        if (phase == Phase.HEAD || phase == Phase.BODY) {
            enter(Phase.HANDLING, now);
        }
    }

    void handling(long now) {
        pendingSeen = 0;
        progressSeen = 0;
        enter(Phase.HANDLING, now);
    }

    /** @param receiving the next request's head is here already */
    void idle(long now, boolean receiving) {
        enter(receiving ? Phase.BODY : Phase.IDLE, now);
    }

    void lingering(long now) {
        enter(Phase.LINGERING, now);
    }

    void close() {
        closed = true;
        ScheduledFuture<?> current = timer;
        timer = null;
        if (current != null) {
            current.cancel(false);
        }
    }

    private void enter(Phase next, long now) {
        phase = next;
        phaseNanos = now;
        bodyBytesBefore = bodyBytes;
        arm(deadlineNanos(), now);
    }

    private long deadlineNanos() {
        long millis = switch (phase) {
            case CONNECTED, HEAD -> limits.headMillis();
            case BODY -> limits.bodyMillis();
            case HANDLING, SENDING -> limits.sendMillis();
            case IDLE -> limits.keepAliveMillis();
            case LINGERING -> LINGER_MILLIS;
        };
        return phaseNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void arm(long deadline, long now) {
        if (closed || (timer != null && timerNanos - deadline <= 0)) {
            return;
        }
        ScheduledFuture<?> earlier = timer;
        if (earlier != null) {
            earlier.cancel(false);
        }
        timerNanos = deadline;
        timer = connection
                .channel()
                .eventLoop()
                .schedule(this::fire, Math.max(0, deadline - now), TimeUnit.NANOSECONDS);
    }

    private void fire() {
        timer = null;
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        if (now - deadlineNanos() < 0) {
            arm(deadlineNanos(), now);
            return;
        }
        boolean pending = connection.pendingBytes() > 0;
        switch (phase) {
            case IDLE -> {
                if (pending) {
                    enter(Phase.SENDING, now); // a long answer may take its time while the client reads on
                    return;
                }
            }
            case SENDING -> {
                if (!pending || clientReads()) {
                    enter(pending ? Phase.SENDING : Phase.IDLE, now);
                    return;
                }
            }
            case HANDLING -> {
                if (clientReads()) {
                    enter(Phase.HANDLING, now);
                    return;
                }
            }
            case BODY -> {
                // Looked at span by span: an average would let a client send much at once and then hold it for hours.
                long wanted = (long) limits.minBodyBytesPerSecond() * limits.bodyMillis() / 1000;
                if (bodyBytes - bodyBytesBefore >= wanted) {
                    enter(Phase.BODY, now);
                    return;
                }
            }
            case CONNECTED, HEAD, LINGERING -> {}
        }
        connection.expired(phase);
    }

    /** Nothing waits for the client, or some of it went out since the last look. */
    private boolean clientReads() {
        long pending = connection.pendingBytes();
        long progress = connection.writeProgress();
        boolean reads = pending == 0 || pending != pendingSeen || progress != progressSeen;
        pendingSeen = pending;
        progressSeen = progress;
        return reads;
    }
}
