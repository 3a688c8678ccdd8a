package dev.unbusy.grammar;

import java.util.List;

/** A regular expression over code points, as parsed. */
sealed interface Pattern {
    Pattern EMPTY = new Seq(List.of());

    /** One character of the set. */
    record Chars(CharSet set) implements Pattern {}

    record Seq(List<Pattern> parts) implements Pattern {}

    record Choice(List<Pattern> options) implements Pattern {}

    /** @param max −1 for no limit */
    record Repeat(Pattern body, int min, int max) implements Pattern {}

    /** {@code ^}: only before the first character. */
    record Begin() implements Pattern {}

    /** {@code $}: only after the last character. */
    record End() implements Pattern {}
}
