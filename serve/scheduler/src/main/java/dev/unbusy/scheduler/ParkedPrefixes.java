package dev.unbusy.scheduler;

/**
 * The account of finished sequences that are kept outside of the KV cache, within a number of tokens. The one that was not
 * used for longest goes first.
 */
final class ParkedPrefixes {
    /** Each costs an entry in the prefix tree; the tokens are what is scarce. */
    static final int MOST_PLACES = 256;

    private final int mostTokens;
    private final int[] lengths;
    private final long[] usedNanos;
    private int tokens;

    ParkedPrefixes(int mostTokens) {
        this.mostTokens = mostTokens;
        lengths = new int[mostTokens == 0 ? 0 : MOST_PLACES];
        usedNanos = new long[lengths.length];
    }

    int places() {
        return lengths.length;
    }

    /** Tokens parked at a place, 0 if it is free. */
    int length(int place) {
        return lengths[place];
    }

    /** A place that is free once {@link #victim} says nothing has to go, or −1 if so many never fit. */
    int placeFor(int length) {
        if (length > mostTokens) {
            return -1;
        }
        for (int place = 0; place < lengths.length; place++) {
            if (lengths[place] == 0) {
                return place;
            }
        }
        return oldest();
    }

    /** What has to go before so many tokens fit at the place, −1 if nothing. */
    int victim(int place, int length) {
        if (lengths[place] > 0) {
            return place;
        }
        return tokens + length > mostTokens ? oldest() : -1;
    }

    void put(int place, int length, long nowNanos) {
        if (lengths[place] > 0 || tokens + length > mostTokens) {
            throw new IllegalStateException(
                    length + " tokens at place " + place + ", which holds " + lengths[place] + ", beside " + tokens);
        }
        lengths[place] = length;
        usedNanos[place] = nowNanos;
        tokens += length;
    }

    void touch(int place, long nowNanos) {
        usedNanos[place] = nowNanos;
    }

    void discard(int place) {
        tokens -= lengths[place];
        lengths[place] = 0;
    }

    void checkIntegrity() {
        int sum = 0;
        for (int length : lengths) {
            sum += length;
        }
        if (sum != tokens || sum > mostTokens) {
            throw new IllegalStateException(sum + " tokens are parked, " + tokens + " counted, " + mostTokens + " fit");
        }
    }

    private int oldest() {
        int oldest = -1;
        for (int place = 0; place < lengths.length; place++) {
            if (lengths[place] > 0 && (oldest < 0 || usedNanos[place] - usedNanos[oldest] < 0)) {
                oldest = place;
            }
        }
        return oldest;
    }
}
