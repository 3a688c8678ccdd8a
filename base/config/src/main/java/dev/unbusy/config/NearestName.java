package dev.unbusy.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The known name that a misspelt one probably means. */
final class NearestName {
    private static final int LONGEST = 100;

    private NearestName() {}

    /** The name with the fewest edits, if fewer than a third of its letters (at least two edits are forgiven); else null. */
    static @Nullable String of(String wrong, Iterable<String> known) {
        if (wrong.length() > LONGEST) {
            return null;
        }
        String normal = wrong.toLowerCase(Locale.ROOT).replace('-', '_');
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : known) {
            int edits = edits(normal, name);
            if (edits < fewest && edits <= Math.max(2, name.length() / 3)) {
                fewest = edits;
                nearest = name;
            }
        }
        return nearest;
    }

    /** Levenshtein's distance with swapped neighbours as one edit (optimal string alignment). */
    static int edits(String a, String b) {
        int[] beforePrevious = new int[b.length() + 1];
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforePrevious[j - 2] + 1);
                }
            }
            beforePrevious = previous;
            previous = row;
        }
        return previous[b.length()];
    }
}
