package dev.unbusy.scheduler;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to give its place up. Who is preempted waits and goes on later where it was; its cells stay cached until
 * somebody needs them.
 *
 * <ol>
 *   <li>Nobody more than {@value #MOST} times, as long as there is anybody else. The first in the order of all is never
 *       needed, so somebody always goes on to the end.
 *   <li>The lowest class; then whose tenant holds the most.
 *   <li>Where only a place is needed, whose client has got a token: it sees a pause, where others may have promised
 *       theirs a first token in time.
 *   <li>The youngest, who has the least to lose.
 * </ol>
 */
final class Preemption {
    static final int MOST = 3;

    private final Ranking ranking;

    Preemption(Ranking ranking) {
        this.ranking = ranking;
    }

    /** Who goes when cells run out; null if only one runs. */
    <S extends Sequence> @Nullable S forCells(List<S> running) {
        S worst = null;
        for (int i = 0; running.size() > 1 && i < running.size(); i++) {
            S sequence = running.get(i);
            if (worst == null || isWorse(sequence, worst, false)) {
                worst = sequence;
            }
        }
        return worst;
    }

    /** Who makes room for a sequence that waits; null if it has to wait on. */
    <S extends Sequence> @Nullable S inFavourOf(S waiting, List<S> running) {
        S worst = null;
        for (int i = 0; i < running.size(); i++) {
            S sequence = running.get(i);
            if (mayGo(waiting, sequence) && (worst == null || isWorse(sequence, worst, true))) {
                worst = sequence;
            }
        }
        return worst;
    }

    boolean mayGo(Sequence waiting, Sequence running) {
        return running.preemptions < MOST && ranking.mayReplace(waiting, running);
    }

    private static boolean isWorse(Sequence a, Sequence b, boolean place) {
        boolean aDone = a.preemptions >= MOST;
        if (aDone != b.preemptions >= MOST) {
            return !aDone; // 1
        }
        if (a.priority() != b.priority()) {
            return a.priority() < b.priority(); // 2
        }
        int held = Double.compare(a.tenant().held, b.tenant().held);
        if (held != 0) {
            return held > 0;
        }
        boolean aTold = a.generated() > 0;
        if (place && aTold != b.generated() > 0) {
            return aTold; // 3
        }
        return a.arrival > b.arrival;
    }
}
