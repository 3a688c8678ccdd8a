package dev.unbusy.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the texts that end an answer. Holds back only what could be the beginning of one, so that no part of a stop text
 * is ever sent. For one answer, used by one thread.
 */
final class StopMatcher {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private @Nullable String found;

    StopMatcher(List<String> stops) {
        this.stops = stops;
    }

    /** Takes more of the answer; returns what is certain not to belong to a stop text. */
    String feed(String text) {
        if (stops.isEmpty()) {
            return text;
        }
        held.append(text);
        int first = -1;
        String earliest = null;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
                earliest = stop;
            }
        }
        if (first >= 0) {
            found = earliest;
            String before = held.substring(0, first);
            held.setLength(0);
            return before;
        }
        int keep = longestBeginning();
        String certain = held.substring(0, held.length() - keep);
        held.delete(0, held.length() - keep);
        return certain;
    }

    /** The answer ended otherwise: what was held back is part of it. */
    String finish() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }

    boolean stopped() {
        return found != null;
    }

    /** Which one ended the answer; null while none has. */
    @Nullable
    String found() {
        return found;
    }

    /** Length of the longest end of the held text that a stop text begins with. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (endsWith(stop, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    private boolean endsWith(String stop, int length) {
        int offset = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (held.charAt(offset + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
