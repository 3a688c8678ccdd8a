package dev.unbusy.scheduler;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets waiting sequences start. Again and again:
 *
 * <ol>
 *   <li>takes the first of all ({@link Ranking}); nobody behind it starts before it, or a smaller one could starve it;
 *   <li>where another is just computing a much longer prefix of it than is cached, lets it wait for that one instead;
 *   <li>if it has no slot, or the cells will not last for all answers as long as answers usually get ({@link CellForecast},
 *       {@link OutputLengths}), others may have to make room ({@link Preemption}); else it waits.
 * </ol>
 *
 * <p>The forecast may be wrong; then somebody is preempted later, and asks for twice as much when it starts again; after the
 * last time it may be preempted, for all it may ever need.
 *
 * @param <S> the caller's kind of sequence
 */
final class Admission<S extends Sequence> {
    /** Waiting for another sequence's prefix pays from this many tokens on. */
    private static final int WORTH_WAITING_TOKENS = 32;
    /** Answers that get no longer than predicted. */
    private static final double COVERED = 0.8;

    private final SchedulerOptions options;
    private final KvCache kv;
    private final Ranking ranking;
    private final Preemption preemption;
    private final Places<S> places;
    private final CellForecast forecast = new CellForecast();

    Admission(SchedulerOptions options, KvCache kv, Ranking ranking, Preemption preemption, Places<S> places) {
        this.options = options;
        this.kv = kv;
        this.ranking = ranking;
        this.preemption = preemption;
        this.places = places;
    }

    void start(long nowNanos) {
        ageAll(nowNanos);
        for (S first = first(); first != null; first = first()) { // 1
            PrefixTree.Match match = kv.match(first);
            if (match.plannedLength - match.length >= WORTH_WAITING_TOKENS) {
                places.hold(first, match.plannedSlot, match.plannedLength); // 2
            } else if (places.running().size() < options.maxRunning() && fits(first, match)) {
                places.start(first, match, nowNanos);
                ranking.started(first, nowNanos);
                ageAll(nowNanos);
            } else {
                S other = preemption.inFavourOf(first, places.running()); // 3
                if (other == null || !wouldFit(first, match)) {
                    return;
                }
                places.preempt(other, nowNanos);
            }
        }
    }

    private void ageAll(long nowNanos) {
        List<S> waiting = places.waiting();
        for (int i = 0; i < waiting.size(); i++) {
            ranking.age(waiting.get(i), nowNanos);
        }
    }

    /** The first that is not held, or null. */
    private @Nullable S first() {
        List<S> waiting = places.waiting();
        S first = null;
        for (int i = 0; i < waiting.size(); i++) {
            S sequence = waiting.get(i);
            if ((first == null || ranking.startsBefore(sequence, first)) && !sequence.isHeld()) {
                first = sequence;
            }
        }
        return first;
    }

    private boolean fits(S sequence, PrefixTree.Match match) {
        List<S> running = places.running();
        if (running.isEmpty() || !kv.isShared()) {
            return true; // With cells of its own, a slot is all it needs.
        }
        forecast.clear().add(cells(sequence, match), output(sequence), 0);
        for (int i = 0; i < running.size(); i++) {
            S other = running.get(i);
            forecast.add(other.remaining(), output(other), kv.ledger().pinnedOnlyBy(other.slot));
        }
        int available = kv.ledger().available();
        return forecast.sum() <= available || forecast.peak() <= available;
    }

    /** Whether it would start if everybody who may be preempted for it were. */
    private boolean wouldFit(S sequence, PrefixTree.Match match) {
        if (!kv.isShared()) {
            return true;
        }
        List<S> running = places.running();
        forecast.clear().add(cells(sequence, match), output(sequence), 0);
        int available = kv.ledger().available();
        for (int i = 0; i < running.size(); i++) {
            S other = running.get(i);
            if (preemption.mayGo(sequence, other)) {
                available += kv.ledger().pinnedOnlyBy(other.slot);
            } else {
                forecast.add(other.remaining(), output(other), kv.ledger().pinnedOnlyBy(other.slot));
            }
        }
        return forecast.peak() <= available;
    }

    /** Cells that a sequence takes when it starts. */
    private int cells(S sequence, PrefixTree.Match match) {
        return kv.cellsToPin(match) + sequence.size() - match.length;
    }

    /** Tokens that a sequence will probably still generate. */
    private int output(S sequence) {
        int most = sequence.maxOutput() - sequence.generated();
        if (sequence.preemptions >= Preemption.MOST) {
            return most;
        }
        long predicted = sequence.tenant().lengths.remaining(sequence.generated(), COVERED);
        return (int) Math.min(most, predicted << sequence.preemptions);
    }
}
