package dev.unbusy.gateway;

import dev.unbusy.admission.LimitKind;
import dev.unbusy.admission.Limits;
import dev.unbusy.admission.Quota;
import dev.unbusy.admission.QuotaAnswer;
import dev.unbusy.admission.QuotaAnswer.Granted;
import dev.unbusy.admission.QuotaAnswer.Refused;
import dev.unbusy.admission.Reservation;
import dev.unbusy.admission.Scope;
import dev.unbusy.admission.ScopedLimits;
import dev.unbusy.api.ApiException;
import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.KeyRecord;
import dev.unbusy.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What keys, tenants and models may use, held before a request waits for a worker and settled when it has ended: rates and
 * concurrency by {@link Quota}, the monthly budget by what the ledger has counted and what is under way. Thread-safe, waits
 * for nothing.
 */
final class Quotas {
    private static final double SMOOTHING = 0.05;

    private final Quota quota = new Quota();
    private final Ledger ledger;
    private final Map<String, Limits> modelLimits;
    /** Tokens of each key's requests under way, where it has a budget. */
    private final Map<String, AtomicLong> budgetHeld = new ConcurrentHashMap<>();
    // How long requests take; written by any event loop, and one lost update of a mean is none.
    private volatile double usualNanos = 1e9;

    Quotas(Ledger ledger, Map<String, Limits> modelLimits) {
        this.ledger = ledger;
        this.modelLimits = Map.copyOf(modelLimits);
    }

    /** What one request holds until {@link #settle} or {@link #cancel}, whichever comes first. */
    final class Held {
        private final @Nullable Reservation reservation;
        private final @Nullable AtomicLong budget;
        private final long tokens;
        private final long startedNanos;
        private boolean ended;

        private Held(@Nullable Reservation reservation, @Nullable AtomicLong budget, long tokens, long startedNanos) {
            this.reservation = reservation;
            this.budget = budget;
            this.tokens = tokens;
            this.startedNanos = startedNanos;
        }

        /** It ran, to its end or a part of the way. Its usage is in the ledger already, so that no budget sees a gap. */
        void settle(long usedTokens, long nowNanos) {
            if (endsNow()) {
                double before = usualNanos;
                usualNanos = before + SMOOTHING * (nowNanos - startedNanos - before);
                if (reservation != null) {
                    reservation.settle(usedTokens, nowNanos);
                }
            }
        }

        /** It never ran. */
        void cancel(long nowNanos) {
            if (endsNow() && reservation != null) {
                reservation.cancel(nowNanos);
            }
        }

        private boolean endsNow() {
            boolean first = !ended;
            ended = true;
            if (first && budget != null) {
                budget.addAndGet(-tokens);
            }
            return first;
        }
    }

    /**
     * @param tokens what the request is expected to use
     * @throws ApiException 429 where a limit, 402 where the budget stands against it; nothing is held then
     */
    Held reserve(Caller caller, String model, long tokens, long nowNanos) {
        List<ScopedLimits> scopes = scopes(caller, model);
        AtomicLong budget = holdBudget(caller, tokens);
        if (scopes.isEmpty()) {
            return new Held(null, budget, tokens, nowNanos);
        }
        QuotaAnswer answer = quota.reserve(scopes, tokens, nowNanos);
        return switch (answer) {
            case Granted(Reservation reservation) -> new Held(reservation, budget, tokens, nowNanos);
            case Refused refused -> {
                if (budget != null) {
                    budget.addAndGet(-tokens);
                }
                throw GatewayErrors.limited(refused, waitNanos(refused)).exception();
            }
        };
    }

    /** {@code x-ratelimit-*}, names and values in turn; empty where nothing is limited. */
    String[] headers(Caller caller, String model, long nowNanos) {
        List<ScopedLimits> scopes = scopes(caller, model);
        if (scopes.isEmpty()) {
            return new String[0];
        }
        List<String> headers = new ArrayList<>(12);
        quota.state(scopes, nowNanos).headers().forEach((name, value) -> {
            headers.add(name);
            headers.add(value);
        });
        return headers.toArray(String[]::new);
    }

    /** Scopes with something in use, for a gauge. */
    int scopes() {
        return quota.scopes();
    }

    private @Nullable AtomicLong holdBudget(Caller caller, long tokens) {
        KeyRecord key = caller.key();
        if (key == null || key.budgetTokens() == 0) {
            return null;
        }
        AtomicLong held = budgetHeld.computeIfAbsent(key.id(), id -> new AtomicLong());
        long asked = held.addAndGet(tokens);
        long used = ledger.tokensThisMonth(key.id());
        if (used + asked > key.budgetTokens()) {
            held.addAndGet(-tokens);
            throw GatewayErrors.budgetSpent(key, used, tokens).exception();
        }
        return held;
    }

    /** A place becomes free when one of those under way ends: nobody knows when, but on the average. */
    private long waitNanos(Refused refused) {
        return refused.limit() == LimitKind.CONCURRENCY
                ? Math.max(refused.waitNanos(), (long) (usualNanos / refused.allowed()))
                : refused.waitNanos();
    }

    private List<ScopedLimits> scopes(Caller caller, String model) {
        List<ScopedLimits> scopes = new ArrayList<>(3);
        KeyRecord key = caller.key();
        if (key != null) {
            add(scopes, Scope.Kind.KEY, key.id(), limits(key.limits()));
            add(scopes, Scope.Kind.TENANT, caller.tenant(), limits(caller.tenantLimits()));
        }
        Limits ofModel = modelLimits.get(model);
        if (ofModel != null) {
            add(scopes, Scope.Kind.MODEL, model, ofModel);
        }
        return scopes;
    }

    private static void add(List<ScopedLimits> scopes, Scope.Kind kind, String id, Limits limits) {
        if (!limits.equals(Limits.NONE)) {
            scopes.add(new ScopedLimits(new Scope(kind, id), limits));
        }
    }

    private static Limits limits(KeyLimits limits) {
        return limits.equals(KeyLimits.NONE)
                ? Limits.NONE
                : new Limits(limits.requestsPerMinute(), limits.tokensPerMinute(), limits.concurrency());
    }
}
