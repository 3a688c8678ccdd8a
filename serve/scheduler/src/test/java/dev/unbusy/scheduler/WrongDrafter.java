package dev.unbusy.scheduler;

/** Always guesses something, mostly wrong, and claims to be sure. */
final class WrongDrafter implements Drafter {
    @Override
    public int propose(int[] tokens, int size, int most) {
        return most;
    }

    @Override
    public int draft(int index) {
        return index % 5;
    }

    @Override
    public int confidence(int index) {
        return CONFIDENCES - 1;
    }
}
