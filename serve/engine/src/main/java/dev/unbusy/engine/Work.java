package dev.unbusy.engine;

import dev.unbusy.scheduler.Claim;
import dev.unbusy.scheduler.Sequence;

/** What the engine computes with one of the scheduler's sequences. Owned by the engine's thread, except for cancelling. */
abstract sealed class Work extends Sequence permits Generation, Embedding {
    final Cancellation cancellation;

    Work(int[] prompt, int maxOutput, Claim claim, String cacheScope, Cancellation cancellation) {
        super(prompt, maxOutput, claim, cacheScope);
        this.cancellation = cancellation;
    }

    final boolean isCancelRequested() {
        return cancellation.isRequested();
    }

    /** Tells whoever waits for it that it cannot be computed; does not throw. */
    abstract void failed(Throwable cause);
}
