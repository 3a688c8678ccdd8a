package dev.unbusy.gateway;

import dev.unbusy.admission.Job;
import dev.unbusy.api.ApiError;
import dev.unbusy.http.Disconnect;
import dev.unbusy.routing.RequestFacts;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The life of one completion request in the gateway, from its arrival to the end of its answer. Lives on the event loop of
 * its client's connection; only {@link #placed} and {@link #hopeless} are called from elsewhere and hop there.
 *
 * <ol>
 *   <li>Place: a worker now, or wait for one until the deadline ({@link Patience}).
 *   <li>Attempt: send the request as received; the body is kept until the answer has begun.
 *   <li>Loss before the answer has begun, or a worker that refuses: release the lease, avoid that worker in its present
 *       state, place again. The client does not notice.
 *   <li>Answer: events pass on as whole events; anything else is held until it is complete and may still be asked again.
 *   <li>Loss after the answer has begun: another worker goes on behind what the client has, told by its {@link KeptMarks}.
 *       Where there are none, or it happens too often: an error event, never an end that looks like success.
 * </ol>
 *
 * <p>Invariants: at most one attempt and one lease at a time; the lease is released exactly once; whatever ends the
 * request goes through {@link #finish}, which runs once.
 */
final class Relay extends LoopState.Ticked implements Dispatcher.Candidate, Attempt.Owner {
    private final GatewayContext context;
    private final LoopState loop;
    private final RelayRequest request;
    private final ClientAnswer client;
    private final Account account;
    private final RequestRecord told;
    private final Recovery recovery;
    private final Silence silence;
    private final Patience patience;

    private Stage stage = Stage.WAITING;
    private boolean finished;
    private @Nullable Attempt attempt;
    private @Nullable Backend backend;
    private @Nullable WorkerAnswer answer;
    private long backendVersion;
    private boolean paused;

    Relay(GatewayContext context, LoopState loop, RelayRequest request, ClientAnswer client, long nowNanos) {
        this.context = context;
        this.loop = loop;
        this.request = request;
        this.client = client;
        this.account = new Account(context, request);
        this.told = new RequestRecord(context, request, nowNanos);
        this.silence = new Silence(context.config().workerSilenceMillis());
        this.recovery = new Recovery(request, context.config().maxLosses());
        this.patience = new Patience(request.deadlineMillis(), request.stream(), nowNanos);
    }

    /** 1. */
    void start() {
        context.relayOpened();
        loop.add(this);
        client.onDisconnect(this::clientLeft);
        client.onWritable(() -> pauseWorker(false));
        follow(context.dispatcher().place(this, false));
    }

    private void follow(Placement placement) {
        switch (placement) {
            case Placement.Placed placed -> attempt(placed);
            case Placement.Waits waits -> {
                stage = Stage.WAITING;
                recovery.waiting(System.nanoTime());
                told.waits(waits.place());
            }
            case Placement.TooLate late ->
                fail(Outcome.REJECTED, GatewayErrors.tooLate(late, request.deadlineMillis()));
            case Placement.Full full -> fail(Outcome.REJECTED, GatewayErrors.full(full, retryAfter()));
            case Placement.Hopeless hopeless ->
                fail(
                        Outcome.NO_WORKER,
                        GatewayErrors.noWorker(request.facts().model(), hopeless.reasons(), retryAfter()));
        }
    }

    /** 2. */
    private void attempt(Placement.Placed placed) {
        client.placed(
                placed.backend().id(),
                told.placed(placed.backend(), placed.reason(), placed.slot().tookBack()));
        account.take(placed.slot());
        backend = placed.backend();
        backendVersion = placed.backendVersion();
        stage = Stage.CONNECTING;
        ByteBuf body = recovery.body(placed.backend());
        Attempt next = new Attempt(
                loop.connections(),
                placed.backend(),
                WorkerRequestHead.of(
                        request,
                        placed.backend(),
                        patience.remainingMillis(System.nanoTime()),
                        body.readableBytes(),
                        recovery.marksBytes(),
                        request.stream() && !recovery.byText(),
                        client.allocator()),
                body,
                this);
        attempt = next;
        next.start();
    }

    @Override
    public void sent() {
        stage = Stage.PREFILL;
        patience.sent(System.nanoTime());
    }

    @Override
    public void head(HttpResponse response, boolean untilClose) {
        Loss refusal = recovery.refusal(response);
        if (refusal != null) {
            cancelAttempt();
            failed(refusal, "answered " + response.status().code());
            return;
        }
        answer = new WorkerAnswer(
                client,
                account.slot(),
                response,
                untilClose,
                context.config().maxHeldAnswer().count(),
                recovery.marksOf(response),
                recovery.spliceOf(Objects.requireNonNull(backend), response));
    }

    /** 4. */
    @Override
    public void content(ByteBuf content) {
        WorkerAnswer current = answer;
        if (current == null) {
            content.release();
            return;
        }
        silence.broken();
        current.content(content);
        if (finished) {
            return; // the client left in this very write
        }
        if (stage != Stage.STREAMING && current.begun()) {
            stage = Stage.STREAMING;
            account.slot().firstToken();
            told.firstByte(backend);
            if (!current.isKept()) {
                client.releaseRequest();
            }
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
            told.firstByte(backend);
        }
        int status = Math.max(complete.status(), client.status()); // an answer that could not be translated is an error
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
        client.flush(); // after a loss no read is completed
        Backend failed = Objects.requireNonNull(backend);
        WorkerAnswer partial = answer;
        answer = null;
        account.giveBack(loss.isFault() ? Slot.End.FAILED : Slot.End.ABANDONED);
        WorkerAnswer begun = partial != null && partial.begun() ? partial : null;
        boolean lostForGood = begun != null && !recovery.goOnBehind(begun);
        if (begun == null) {
            told.lostBefore(failed, loss, detail);
            patience.lost(System.nanoTime());
        } else if (lostForGood) {
            told.lostForGood(failed, loss, detail);
            answer = begun; // for its counts
            begun.cutOff(GatewayErrors.lostInAnswer(failed.id(), loss));
            finish(Outcome.WORKER_LOST, client.status());
            return;
        } else {
            told.lostWithin(failed, loss, detail, begun.events());
            patience.again(System.nanoTime());
        }
        if (partial != null) {
            partial.discard();
        }
        int losses = recovery.tooManyLosses(loss);
        if (losses > 0) {
            fail(Outcome.WORKER_LOST, GatewayErrors.lostTooOften(losses));
            return;
        }
        recovery.avoid(failed.id(), backendVersion);
        follow(context.dispatcher().place(this, true));
    }

    @Override
    void tick(long now) {
        silence.tick(now, paused);
        if (stage == Stage.STREAMING) {
            if (silence.isTooLong(now)) {
                cancelAttempt();
                failed(Loss.SILENT, "nothing came for " + context.config().workerSilenceMillis() + " ms");
                return;
            }
        } else if (patience.isOver(now)) {
            leaveWorker();
            if (recovery.goesOn()) {
                fail(Outcome.WORKER_LOST, GatewayErrors.notContinued(request.deadlineMillis()));
            } else {
                fail(
                        Outcome.DEADLINE,
                        GatewayErrors.deadline(request.deadlineMillis(), backend != null, retryAfterDrain()));
            }
            return;
        } else if (stage == Stage.WAITING && recovery.forgives(now)) {
            // What failed may work again although nobody has said so: a worker that is only busy, or known by its URL
            // only.
            context.dispatcher().retry(request.facts().model());
        }
        if (!finished && (answer == null || !answer.begun() || answer.betweenEvents())) {
            client.keepAlive(
                    now, stage == Stage.WAITING ? () -> context.dispatcher().where(this) : null);
        }
    }

    /** The client is gone: nothing is worked on for it from here. */
    private void clientLeft(Disconnect reason) {
        if (!finished) {
            told.disconnected(stage, reason);
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
        told.failed(error);
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
        account.giveBack(outcome.slotEnd());
        Used used = account.settle(this, answer, told, outcome.paysForWhatRan());
        recovery.close();
        client.releaseRequest();
        if (answer != null) {
            answer.discard();
        }
        told.ended(outcome, status, answer, used);
        account.settleQuota(used);
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

    @Override
    public void placed(Placement.Placed placed) {
        boolean handedOver = loop.execute(() -> {
            if (finished) {
                placed.slot().release(Slot.End.ABANDONED);
            } else {
                attempt(placed);
            }
        });
        if (!handedOver) {
            placed.slot().release(Slot.End.ABANDONED);
        }
    }

    @Override
    public void hopeless(Placement.Hopeless why) {
        loop.execute(() -> {
            if (!finished) {
                follow(why);
            }
        });
    }

    @Override
    public long arrival() {
        return account.arrival();
    }

    @Override
    public RequestFacts facts() {
        return request.facts();
    }

    @Override
    public String tenant() {
        return request.tenant();
    }

    @Override
    public double weight() {
        return request.caller().weight();
    }

    @Override
    public Job<Dispatcher.Candidate> job(boolean returning, long startNanos) {
        return account.job(this, patience.untilNanos() - startNanos, returning);
    }

    @Override
    public long bodyBytes() {
        return account.bodyBytes();
    }

    @Override
    public boolean avoids(Backends.Entry entry) {
        return recovery.avoids(entry);
    }

    private int retryAfter() {
        return context.config().retryAfterSeconds();
    }

    private int retryAfterDrain() {
        long nanos = context.dispatcher().retryNanos(request.facts().model());
        return nanos > 0 ? GatewayErrors.seconds(nanos) : retryAfter();
    }
}
