package dev.unbusy.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who waits and who runs, and the moves between the two, each of which keeps the tenants' accounts and the KV cache in step.
 *
 * @param <S> the caller's kind of sequence
 */
final class Places<S extends Sequence> {
    private final KvCache kv;
    private final Tenants tenants;
    private final List<S> waiting = new ArrayList<>();
    private final List<S> running = new ArrayList<>();
    private long arrivals;
    private long preemptions;

    Places(KvCache kv, Tenants tenants) {
        this.kv = kv;
        this.tenants = tenants;
    }

    /** In no particular order. */
    List<S> waiting() {
        return waiting;
    }

    /** In the order in which they started. */
    List<S> running() {
        return running;
    }

    long preemptions() {
        return preemptions;
    }

    void enter(S sequence, long nowNanos) {
        sequence.account = tenants.join(sequence.claim().tenant());
        sequence.arrival = arrivals++;
        enqueue(sequence, nowNanos);
    }

    void start(S sequence, PrefixTree.Match match, long nowNanos) {
        sequence.slot = kv.acquire(sequence, match, nowNanos);
        sequence.computed = kv.ledger().length(sequence.slot);
        sequence.state = Sequence.State.PREFILLING;
        if (sequence.cachedTokens < 0) {
            sequence.cachedTokens = sequence.computed;
        }
        sequence.startedNanos = nowNanos;
        sequence.tenant().takes(sequence.claim().price());
        waiting.remove(sequence);
        running.add(sequence);
    }

    /** Takes a running sequence's place; it waits, and later goes on where it was. */
    void preempt(S sequence, long nowNanos) {
        leave(sequence, nowNanos);
        sequence.computed = 0;
        sequence.preemptions++;
        preemptions++;
        enqueue(sequence, nowNanos);
    }

    void end(S sequence, long nowNanos) {
        if (sequence.state == Sequence.State.FINISHED) {
            return;
        }
        if (sequence.isRunning()) {
            leave(sequence, nowNanos);
        } else {
            waiting.remove(sequence);
        }
        sequence.unfollow();
        sequence.state = Sequence.State.FINISHED;
        tenants.leave(sequence.tenant());
    }

    /** Guesses that did not come true give their cells back. */
    void dropDrafts(S sequence) {
        if (sequence.drafted > 0) {
            kv.truncate(sequence.slot, sequence.computed);
            sequence.drafted = 0;
        }
    }

    /** Lets a sequence wait until another has computed a prefix that both begin with. */
    void hold(S sequence, int leaderSlot, int length) {
        for (int i = 0; i < running.size(); i++) {
            S leader = running.get(i);
            if (leader.slot == leaderSlot) {
                sequence.follow(leader, length);
            }
        }
    }

    /** @throws IllegalStateException if a sequence is in the wrong place, or an account does not match who runs */
    void checkIntegrity() {
        for (S sequence : waiting) {
            if (sequence.state != Sequence.State.WAITING || sequence.isRunning() || running.contains(sequence)) {
                throw new IllegalStateException("a sequence waits that is " + sequence.state);
            }
        }
        Map<Tenant, Double> held = new HashMap<>();
        for (S sequence : running) {
            if (!sequence.isRunning() || sequence.state == Sequence.State.WAITING) {
                throw new IllegalStateException("a sequence runs that is " + sequence.state);
            }
            held.merge(sequence.tenant(), sequence.claim().price(), Double::sum);
        }
        held.forEach((tenant, prices) -> {
            if (Math.abs(tenant.held - prices) > 1e-6 * prices) {
                throw new IllegalStateException("a tenant holds " + tenant.held + ", but runs " + prices);
            }
        });
    }

    private void enqueue(S sequence, long nowNanos) {
        sequence.queuedNanos = nowNanos;
        sequence.state = Sequence.State.WAITING;
        waiting.add(sequence);
    }

    private void leave(S sequence, long nowNanos) {
        dropDrafts(sequence);
        running.remove(sequence);
        kv.retire(sequence.slot, sequence, nowNanos);
        sequence.slot = -1;
        sequence.tenant().gives(sequence.claim().price());
    }
}
