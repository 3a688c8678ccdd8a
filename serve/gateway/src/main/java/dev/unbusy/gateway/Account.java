package dev.unbusy.gateway;

import dev.unbusy.admission.Job;
import dev.unbusy.admission.PriceBook;
import org.jspecify.annotations.Nullable;

/**
 * One request's side of queue and price: what it waits as, the slot it holds, and what it has cost in the end. At most one
 * slot at a time, each given back exactly once. Used on the request's event loop, except {@link #job}.
 */
final class Account {
    private final GatewayContext context;
    private final RelayRequest request;
    private final long arrival;
    private final long bodyBytes;
    private @Nullable Slot slot;
    private @Nullable Slot last;
    private boolean charged;
    private long ranNanos;
    private long heldNanos;

    Account(GatewayContext context, RelayRequest request) {
        this.context = context;
        this.request = request;
        this.arrival = context.nextArrival();
        this.bodyBytes = request.body().readableBytes();
    }

    long arrival() {
        return arrival;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    Job<Dispatcher.Candidate> job(Dispatcher.Candidate who, long deadlineNanos, boolean returning) {
        Job.Level level = switch (request.priority()) {
            case INTERACTIVE -> Job.Level.INTERACTIVE;
            case NORMAL -> Job.Level.NORMAL;
            case BATCH -> Job.Level.BATCH;
        };
        return new Job<>(
                who,
                arrival,
                who.tenant(),
                who.weight(),
                level,
                deadlineNanos,
                request.facts().price().totalNanos(),
                Fingerprint.of(request.tenant(), request.body()),
                returning);
    }

    void take(Slot given) {
        slot = given;
        last = given;
        charged = true;
    }

    /** The slot of the answer that comes now. */
    Slot slot() {
        Slot current = slot;
        if (current == null) {
            throw new IllegalStateException("an answer without a slot");
        }
        return current;
    }

    /** Harmless where it has none. */
    void giveBack(Slot.End end) {
        Slot current = slot;
        slot = null;
        if (current != null) {
            ranNanos += current.ranNanos();
            heldNanos += current.heldNanos();
            current.release(end);
        }
    }

    /**
     * What it has really cost goes to its tenant's account, and what it really took teaches the next price.
     *
     * @param pays what nobody counted is estimated: whoever goes away pays for what was done until then
     */
    Used settle(Dispatcher.Candidate who, @Nullable WorkerAnswer answer, RequestRecord told, boolean pays) {
        if (!charged) {
            return Used.NOTHING;
        }
        UsageScan.Found usage = answer == null ? null : answer.usage();
        if (usage == null || usage.promptTokens() <= 0) {
            context.dispatcher().settled(who, ranNanos);
            long events = told.relayedBefore() + (answer == null ? 0 : answer.events());
            return events > 0 || pays
                    ? Used.estimated(request.facts().price(), request.stream(), events, heldNanos)
                    : Used.NOTHING;
        }
        if (last != null && usage.cachedTokens() >= 0) {
            last.observed(usage.promptTokens(), usage.cachedTokens());
        }
        PriceBook prices = context.prices();
        String model = request.facts().model();
        context.dispatcher()
                .settled(
                        who,
                        prices.actual(
                                        model,
                                        usage.promptTokens(),
                                        Math.max(0, usage.cachedTokens()),
                                        Math.max(0, usage.completionTokens()))
                                .totalNanos());
        told.priced(prices.learn(
                request.subject(),
                request.promptBytes(),
                request.answers(),
                request.facts().price(),
                usage.promptTokens(),
                usage.completionTokens(),
                request.maxTokens() > 0 && usage.completionTokens() >= (long) request.maxTokens() * request.answers()));
        return Used.counted(usage);
    }

    /** The last thing: what the ledger has been told is not held any more. */
    void settleQuota(Used used) {
        long now = System.nanoTime();
        if (charged) {
            request.held().settle(used.totalTokens(), now);
        } else {
            request.held().cancel(now);
        }
    }
}
