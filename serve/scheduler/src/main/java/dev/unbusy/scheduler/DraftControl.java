package dev.unbusy.scheduler;

/**
 * One sequence's drafter, and how often it was right. Every guess for a token that was then sampled counts, computed or not,
 * so that speculation that does not pay can stay off, cost nothing, and still be noticed when it would pay again.
 */
final class DraftControl {
    private final Drafter drafter;
    private final Acceptance own;
    private final Acceptance all;
    private int proposed;
    /** Guesses of the proposal that came true so far. */
    private int followed;

    private long accepted;

    DraftControl(Drafter drafter, Acceptance all) {
        this.drafter = drafter;
        this.all = all;
        own = all.ofOne();
    }

    /** Asks for guesses on what follows; returns how many there are. */
    int propose(int[] tokens, int size, int most) {
        proposed = drafter.propose(tokens, size, most);
        followed = 0;
        return proposed;
    }

    int draft(int index) {
        return drafter.draft(index);
    }

    /** Probability that the guess comes true if those before it do. */
    double share(int index) {
        return own.share(drafter.confidence(index));
    }

    /**
     * A token was sampled.
     *
     * @param computed whether it was guessed and computed
     */
    void sampled(int token, boolean computed) {
        accepted += computed ? 1 : 0;
        if (followed >= proposed) {
            return;
        }
        boolean hit = drafter.draft(followed) == token;
        int confidence = drafter.confidence(followed);
        own.record(confidence, hit);
        all.record(confidence, hit);
        if (hit) {
            followed++;
        } else {
            proposed = 0;
        }
    }

    long acceptedTokens() {
        return accepted;
    }
}
