package dev.unbusy.scheduler;

/**
 * Guesses that a sequence goes on as it did the last time it ended in the same tokens (prompt lookup: Saxena 2023; Yang et
 * al., "LLMA", 2023): code being edited, texts being quoted. Needs no model.
 *
 * <ol>
 *   <li>Every token is indexed once by the {@value #LONG} and the {@value #SHORT} tokens before it.
 *   <li>A match of {@value #LONG} and more that came true is followed, at no cost: nothing longer can have appeared.
 *   <li>Else the last {@value #CANDIDATES} places with the same last {@value #LONG} tokens are compared backwards, and the
 *       longest match is taken, the latest among equals; without any, those with the same last {@value #SHORT}.
 *   <li>What followed there is the guess. Where it runs into the sequence's end, it repeats itself.
 * </ol>
 *
 * <p>Constant work per token; allocates only when the sequence has doubled.
 */
public final class PromptLookupDrafter implements Drafter {
    private static final int LONG = 4;
    private static final int SHORT = 2;
    private static final int CANDIDATES = 16;
    /** Longer matches are not told apart. */
    private static final int MOST_MATCHED = 64;

    private final PlaceIndex longPlaces = new PlaceIndex(LONG);
    private final PlaceIndex shortPlaces = new PlaceIndex(SHORT);
    private int[] tokens = {};
    private int size;
    /** Place whose token is the guess, or −1. */
    private int place = -1;

    private int matched;
    private int proposed;

    @Override
    public int propose(int[] newTokens, int newSize, int most) {
        tokens = newTokens;
        while (size < newSize) { // 1
            if (place >= 0 && tokens[place] == tokens[size]) { // 2
                place++;
                matched = Math.min(MOST_MATCHED, matched + 1);
            } else {
                place = -1;
            }
            size++;
            if (size == newSize && (place < 0 || matched < LONG)) {
                search();
            }
            longPlaces.add(tokens, size);
            shortPlaces.add(tokens, size);
        }
        proposed = place < 0 ? 0 : most;
        return proposed;
    }

    @Override
    public int draft(int index) {
        if (index < 0 || index >= proposed) {
            throw new IndexOutOfBoundsException("guess " + index + " of " + proposed);
        }
        return tokens[place + index % (size - place)]; // 4
    }

    /** By length of the match: 2, 3, 4, 5–6, 7–8, … 49–64. */
    @Override
    public int confidence(int index) {
        int length = Math.min(MOST_MATCHED, matched + index);
        if (length <= LONG) {
            return length - SHORT;
        }
        int octave = 31 - Integer.numberOfLeadingZeros((length - 1) / LONG); // 0 for 5–8, 1 for 9–16, …
        return 3 + 2 * octave + ((length - 1) >> (octave + 1) & 1);
    }

    private void search() {
        if (!found(longPlaces, LONG) && place < 0) { // 3
            found(shortPlaces, SHORT);
        }
    }

    private boolean found(PlaceIndex places, int least) {
        if (size < least) {
            return false;
        }
        int longest = least - 1;
        int candidate = places.latest(tokens, size);
        for (int i = 0; i < CANDIDATES && candidate >= 0; i++) {
            int length = common(candidate);
            if (length > longest) {
                longest = length;
                place = candidate;
            }
            candidate = places.before(candidate);
        }
        if (longest >= least) {
            matched = longest;
        }
        return longest >= least;
    }

    /** How many tokens before {@code earlier} equal those at the end. */
    private int common(int earlier) {
        int length = 0;
        while (length < MOST_MATCHED && length < earlier && tokens[earlier - 1 - length] == tokens[size - 1 - length]) {
            length++;
        }
        return length;
    }
}
