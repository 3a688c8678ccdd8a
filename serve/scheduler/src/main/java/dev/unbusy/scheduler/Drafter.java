package dev.unbusy.scheduler;

/**
 * Guesses how one sequence goes on, so that one step can check several tokens. A wrong guess costs time, never correctness:
 * each token is still sampled from its own logits. Asked before every step that decodes, also while its guesses are not
 * computed: compared with what was sampled, they tell what computing them would bring.
 *
 * <p>Owned by the scheduler's thread, one for each sequence.
 */
public interface Drafter {
    /** {@link #confidence} is below this. */
    int CONFIDENCES = 16;

    /**
     * Guesses what follows.
     *
     * @param tokens the sequence so far, valid below {@code size}; what was valid at the last call has not changed
     * @param most most tokens to guess
     * @return number of guesses, which may be 0
     */
    int propose(int[] tokens, int size, int most);

    /** The guess at {@code index} of the last proposal. */
    int draft(int index);

    /**
     * Which guesses this one is like: how often such guesses come true is learned for each of these classes.
     *
     * @return from 0 to {@link #CONFIDENCES} − 1
     */
    int confidence(int index);
}
