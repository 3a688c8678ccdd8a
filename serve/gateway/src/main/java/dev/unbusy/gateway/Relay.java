package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import dev.unbusy.http.Disconnect;
import dev.unbusy.routing.OutstandingWork;
import dev.unbusy.routing.RequestFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one completion request in the gateway, from its arrival to the end of its answer. Lives on the event loop of
 * its client's connection; only {@link #placed} and {@link #hopeless} are called from elsewhere and hop there.
 *
 * <ol>
 *   <li>Place: a worker now, or wait for one until the deadline.
 *   <li>Attempt: send the request as received; the body is kept until the answer has begun.
 *   <li>Loss before the answer has begun, or a worker that refuses: release the lease, avoid that worker in its present
 *       state, place again. The client does not notice.
 *   <li>Answer: events pass on as whole events; anything else is held until it is complete and may still be asked again.
 *   <li>Loss after the answer has begun: an error event, never an end that looks like success. Continuation on another
 *       worker starts from here: the framer knows which events the client has.
 * </ol>
 *
 * <p>Invariants: at most one attempt and one lease at a time; the lease is released exactly once; whatever ends the
 * request goes through {@link #finish}, which runs once.
 */
final class Relay extends LoopState.Ticked implements Dispatcher.Candidate, Attempt.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final GatewayContext context;
    private final LoopState loop;
    private final RelayRequest request;
    private final ClientAnswer client;
    private final ByteBufAllocator allocator;
    private final long arrival;
    private final long bodyBytes;
    private final long arrivedNanos;
    private final long deadlineNanos;

    private final FailedWorkers failedWorkers = new FailedWorkers();

    private Stage stage = Stage.WAITING;
    private boolean finished;
    private @Nullable Attempt attempt;
    private OutstandingWork.@Nullable Lease lease;
    private @Nullable Backend backend;
    private @Nullable WorkerAnswer answer;
    private long backendVersion;
    private boolean paused;
    private int losses;
    private boolean everPlaced;
    /** The worker has been heard since the last tick; the tick turns it into a time, so that events need no clock. */
    private boolean heard;

    private long heardNanos;

    Relay(GatewayContext context, LoopState loop, RelayRequest request, ClientAnswer client, long nowNanos) {
        this.context = context;
        this.loop = loop;
        this.request = request;
        this.client = client;
        this.allocator = client.allocator();
        this.arrival = context.nextArrival();
        this.bodyBytes = request.body().readableBytes();
        this.arrivedNanos = nowNanos;
        this.deadlineNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(request.deadlineMillis());
    }

    /** 1. */
    void start() {
        context.relayOpened();
        loop.add(this);
        client.onDisconnect(this::clientLeft);
        client.onWritable(() -> pauseWorker(false));
        follow(context.dispatcher().place(this, false));
    }

    private void follow(Dispatcher.Placement placement) {
        switch (placement) {
            case Dispatcher.Placement.Placed placed -> attempt(placed);
            case Dispatcher.Placement.Waits waits -> {
                stage = Stage.WAITING;
                failedWorkers.waiting(System.nanoTime());
            }
            case Dispatcher.Placement.Full full -> fail(Outcome.REJECTED, GatewayErrors.full(full, retryAfter()));
            case Dispatcher.Placement.Hopeless hopeless ->
                fail(
                        Outcome.NO_WORKER,
                        GatewayErrors.noWorker(request.facts().model(), hopeless.reasons(), retryAfter()));
        }
    }

    /** 2. */
    private void attempt(Dispatcher.Placement.Placed placed) {
        lease = placed.lease();
        backend = placed.backend();
        backendVersion = placed.backendVersion();
        stage = Stage.CONNECTING;
        if (!everPlaced) {
            everPlaced = true;
            long queuedNanos = System.nanoTime() - arrivedNanos;
            context.metrics().queued(queuedNanos);
            client.placed(placed.backend().id(), queuedNanos);
        } else {
            client.placed(placed.backend().id(), -1);
        }
        Attempt next = new Attempt(
                loop.connections(),
                placed.backend(),
                WorkerRequestHead.of(request, placed.backend(), remainingMillis(), allocator),
                request.body(),
                this);
        attempt = next;
        next.start();
    }

    @Override
    public void sent() {
        stage = Stage.PREFILL;
    }

    @Override
    public void head(HttpResponse response, boolean untilClose) {
        int status = response.status().code();
        if (status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE) {
            cancelAttempt();
            failed(Loss.REFUSED, "answered " + status);
            return;
        }
        answer = new WorkerAnswer(
                client,
                Objects.requireNonNull(lease),
                response,
                untilClose,
                context.config().maxHeldAnswer().count());
    }

    /** 4. */
    @Override
    public void content(ByteBuf content) {
        WorkerAnswer current = answer;
        if (current == null) {
            content.release();
            return;
        }
        heard = true;
        current.content(content);
        if (finished) {
            return; // the client left in this very write
        }
        if (stage != Stage.STREAMING && current.begun()) {
            stage = Stage.STREAMING;
            context.metrics().firstByte(request.route(), System.nanoTime() - arrivedNanos);
            client.releaseRequest();
        }
        if (!paused && !client.isWritable()) {
            pauseWorker(true);
        }
    }

    @Override
    public void readComplete() {
        client.flush();
    }

    @Override
    public void ended() {
        attempt = null;
        WorkerAnswer complete = answer;
        if (complete == null) {
            return;
        }
        boolean begun = complete.begun();
        if (!complete.end()) {
            failed(Loss.CLOSED, "the connection ended in the middle of the answer");
            return;
        }
        if (!begun) {
            context.metrics().firstByte(request.route(), System.nanoTime() - arrivedNanos);
        }
        int status = complete.status();
        finish(status < 400 ? Outcome.COMPLETED : status < 500 ? Outcome.CLIENT_ERROR : Outcome.WORKER_ERROR, status);
    }

    @Override
    public void lost(Loss loss, String detail) {
        attempt = null;
        failed(loss, detail);
    }

    /** 3. and 5. */
    private void failed(Loss loss, String detail) {
        if (finished) {
            return;
        }
        Backend failed = Objects.requireNonNull(backend);
        WorkerAnswer partial = answer;
        answer = null;
        release();
        if (partial != null && partial.begun()) {
            LOG.warn(
                    "request {}: worker {} lost in the middle of the answer ({}): {}",
                    request.id(),
                    failed.id(),
                    loss.word(),
                    detail);
            answer = partial; // for its counts
            partial.cutOff(GatewayErrors.lostInAnswer(failed.id(), loss));
            finish(Outcome.WORKER_LOST, client.status());
            return;
        }
        if (partial != null) {
            partial.discard();
        }
        context.metrics().retried(loss);
        LOG.info(
                "request {}: worker {} failed before the answer ({}): {}; trying again",
                request.id(),
                failed.id(),
                loss.word(),
                detail);
        if (loss.reachedWorker() && ++losses > context.config().maxLosses()) {
            fail(Outcome.WORKER_LOST, GatewayErrors.lostTooOften(losses));
            return;
        }
        failedWorkers.add(failed.id(), backendVersion);
        follow(context.dispatcher().place(this, true));
    }

    @Override
    void tick(long now) {
        if (heard || paused || heardNanos == 0) {
            heard = false;
            heardNanos = now;
        }
        if (stage == Stage.STREAMING) {
            if (now - heardNanos
                    >= TimeUnit.MILLISECONDS.toNanos(context.config().workerSilenceMillis())) {
                cancelAttempt();
                failed(Loss.SILENT, "nothing came for " + context.config().workerSilenceMillis() + " ms");
                return;
            }
        } else if (now >= deadlineNanos) {
            leaveWorker();
            fail(Outcome.DEADLINE, GatewayErrors.deadline(request.deadlineMillis(), everPlaced, retryAfter()));
            return;
        } else if (stage == Stage.WAITING && failedWorkers.forgiven(now)) {
            // What failed may work again although nobody has said so: a worker that is only busy, or known by its URL
            // only.
            follow(context.dispatcher().retry(this));
        }
        if (!finished && (answer == null || !answer.begun() || answer.betweenEvents())) {
            client.keepAlive(now);
        }
    }

    /** The client is gone: nothing is worked on for it from here. */
    private void clientLeft(Disconnect reason) {
        if (!finished) {
            context.metrics().disconnected(stage, reason);
            leaveWorker();
            finish(Outcome.CLIENT_LEFT, client.status());
        }
    }

    @Override
    void shutdown() {
        if (finished) {
            return;
        }
        leaveWorker();
        WorkerAnswer partial = answer;
        if (partial != null && partial.begun()) {
            partial.cutOff(GatewayErrors.shuttingDown(retryAfter()));
            finish(Outcome.SHUTDOWN, client.status());
        } else {
            fail(Outcome.SHUTDOWN, GatewayErrors.shuttingDown(retryAfter()));
        }
    }

    private void fail(Outcome outcome, ApiError error) {
        client.error(error);
        finish(outcome, client.status());
    }

    private void finish(Outcome outcome, int status) {
        if (finished) {
            return;
        }
        finished = true;
        loop.remove(this);
        context.relayClosed();
        release();
        client.releaseRequest();
        if (answer != null) {
            answer.discard();
        }
        long nanos = System.nanoTime() - arrivedNanos;
        context.metrics().finished(request.route(), status, outcome, nanos, answer);
        LOG.debug("request {}: {} with status {} after {} ms", request.id(), outcome.word(), status, nanos / 1_000_000);
    }

    private void leaveWorker() {
        if (stage == Stage.WAITING) {
            context.dispatcher().leave(this);
        }
        cancelAttempt();
    }

    private void cancelAttempt() {
        Attempt current = attempt;
        attempt = null;
        if (current != null) {
            current.cancel();
        }
    }

    private void pauseWorker(boolean pause) {
        paused = pause;
        if (attempt != null) {
            attempt.pauseReading(pause);
        }
    }

    private void release() {
        OutstandingWork.Lease current = lease;
        lease = null;
        if (current != null) {
            current.release();
        }
    }

    @Override
    public void placed(Dispatcher.Placement.Placed placed) {
        boolean handedOver = loop.execute(() -> {
            if (finished) {
                placed.lease().release();
            } else {
                attempt(placed);
            }
        });
        if (!handedOver) {
            placed.lease().release();
        }
    }

    @Override
    public void hopeless(Dispatcher.Placement.Hopeless why) {
        loop.execute(() -> {
            if (!finished) {
                follow(why);
            }
        });
    }

    @Override
    public long arrival() {
        return arrival;
    }

    @Override
    public RequestFacts facts() {
        return request.facts();
    }

    @Override
    public long bodyBytes() {
        return bodyBytes;
    }

    @Override
    public boolean avoids(Backends.Entry entry) {
        return failedWorkers.contains(entry);
    }

    private int retryAfter() {
        return context.config().retryAfterSeconds();
    }

    private long remainingMillis() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
    }
}
