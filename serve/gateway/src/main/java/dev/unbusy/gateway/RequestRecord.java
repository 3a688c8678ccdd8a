package dev.unbusy.gateway;

import dev.unbusy.admission.Place;
import dev.unbusy.admission.PriceBook;
import dev.unbusy.api.ApiError;
import dev.unbusy.http.Disconnect;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.ledger.UsageRecord;
import dev.unbusy.routing.Choice;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What is told of one request while it lives: its metrics, its log lines and its {@link Why}, each from the same words.
 * Used on the request's event loop.
 */
final class RequestRecord {
    private static final Logger LOG = LoggerFactory.getLogger(RequestRecord.class);

    private final GatewayMetrics metrics;
    private final RelayRequest request;
    private final Why why;
    private final long arrivedNanos;
    private final Ledger ledger;
    private final long arrivedMillis = System.currentTimeMillis();
    private long ticket = Ledger.NOT_BEGUN;
    private long queuedNanos = -1;
    private @Nullable String worker;
    private int continuations;
    private long relayedBefore;
    private boolean waits;
    private boolean firstByteSeen;
    private @Nullable String errorCode;

    RequestRecord(GatewayContext context, RelayRequest request, long arrivedNanos) {
        this.metrics = context.metrics();
        this.ledger = context.ledger();
        this.request = request;
        this.why = context.whyBook().open(request.id(), arrivedNanos);
        this.arrivedNanos = arrivedNanos;
        why.add(
                arrivedNanos,
                Why.What.ARRIVED,
                request.route().label() + " for " + request.facts().model(),
                null);
    }

    /** It waits; said once until it is placed. */
    void waits(Place place) {
        if (!waits) {
            waits = true;
            String reason = place.waitNanos().isPresent()
                    ? "all workers are busy; position " + place.position() + ", expected wait "
                            + TimeUnit.NANOSECONDS.toMillis(place.waitNanos().getAsLong()) + " ms"
                    : "position " + place.position() + "; no wait can be foretold";
            why.add(System.nanoTime(), Why.What.WAITS, reason, null);
        }
    }

    void priced(PriceBook.Deviation deviation) {
        metrics.priced(deviation);
    }

    /** @return nanoseconds from arrival to this first dispatch; negative at later ones */
    long placed(Backend backend, Choice.Reason reason, boolean tookBack) {
        waits = false;
        long now = System.nanoTime();
        String word = reason.name().toLowerCase(Locale.ROOT);
        String text =
                tookBack ? word + "; its places are taken, and an answer of whoever has most waits for this one" : word;
        why.add(now, Why.What.PLACED, text, backend.id());
        worker = backend.id();
        if (queuedNanos >= 0) {
            return -1;
        }
        queuedNanos = now - arrivedNanos;
        metrics.queued(queuedNanos);
        ticket = ledger.begun(usage(Used.NOT_KNOWN, ""));
        return queuedNanos;
    }

    /** The first byte of the answer; said once, also where another worker goes on. */
    void firstByte(@Nullable Backend from) {
        if (!firstByteSeen) {
            firstByteSeen = true;
            long now = System.nanoTime();
            metrics.firstByte(request.route(), now - arrivedNanos);
            why.add(now, Why.What.FIRST_BYTE, "answer begun", from == null ? null : from.id());
        }
    }

    /** Nothing of its answer had been sent: it starts anew. */
    void lostBefore(Backend backend, Loss loss, String detail) {
        metrics.retried(loss);
        lost(backend, loss, detail);
        why.add(System.nanoTime(), Why.What.RETRIED, loss.word(), null);
        log(Level.INFO, backend, "before", loss, detail, "trying again");
    }

    /**
     * Another worker is to go on.
     *
     * @param relayed events that the client has of the lost worker's answer
     */
    void lostWithin(Backend backend, Loss loss, String detail, long relayed) {
        metrics.continued(loss, relayed);
        continuations++;
        relayedBefore += relayed;
        lost(backend, loss, detail);
        why.add(System.nanoTime(), Why.What.CONTINUED, "behind " + relayed + " events", null);
        log(Level.WARN, backend, "in the middle of", loss, detail, "another one is to go on");
    }

    /** Events that the client has of workers that were lost. */
    long relayedBefore() {
        return relayedBefore;
    }

    /** Nobody can go on. */
    void lostForGood(Backend backend, Loss loss, String detail) {
        lost(backend, loss, detail);
        log(Level.WARN, backend, "in the middle of", loss, detail, "it ends here");
    }

    /** It ends with this error. */
    void failed(ApiError error) {
        errorCode = error.code();
    }

    void disconnected(Stage stage, Disconnect reason) {
        metrics.disconnected(stage, reason);
        LOG.debug("request {}: the client left ({})", request.id(), reason);
    }

    void ended(Outcome outcome, int status, @Nullable WorkerAnswer answer, Used used) {
        long now = System.nanoTime();
        if (ticket != Ledger.NOT_BEGUN) { // whatever no worker had has used nothing
            ledger.ended(ticket, usage(used, outcome.word()));
        }
        metrics.finished(request.route(), status, outcome, now - arrivedNanos, answer);
        why.add(
                now,
                Why.What.ENDED,
                outcome.word() + (errorCode == null ? "" : " (" + errorCode + ")") + ", status " + status,
                null);
        LOG.debug(
                "request {}: {} with status {} after {} ms",
                request.id(),
                outcome.word(),
                status,
                (now - arrivedNanos) / 1_000_000);
    }

    private UsageRecord usage(Used used, String outcome) {
        return new UsageRecord(
                request.id(),
                arrivedMillis,
                request.caller().keyId(),
                request.tenant(),
                request.facts().model(),
                request.route().label(),
                used.promptTokens(),
                used.completionTokens(),
                used.cachedTokens(),
                used.reasoningTokens(),
                TimeUnit.NANOSECONDS.toMillis(queuedNanos),
                outcome.isEmpty()
                        ? UsageRecord.UNKNOWN
                        : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - arrivedNanos),
                worker,
                outcome,
                request.priority().name().toLowerCase(Locale.ROOT),
                continuations);
    }

    private void lost(Backend backend, Loss loss, String detail) {
        why.add(System.nanoTime(), Why.What.LOST, loss.word() + ": " + detail, backend.id());
    }

    private void log(Level level, Backend backend, String where, Loss loss, String detail, String then) {
        LOG.atLevel(level)
                .log(
                        "request {}: worker {} lost {} the answer ({}): {}; {}",
                        request.id(),
                        backend.id(),
                        where,
                        loss.word(),
                        detail,
                        then);
    }
}
