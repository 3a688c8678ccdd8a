package dev.unbusy.grammar;

import dev.unbusy.text.Text;

/**
 * How much work and memory one grammar may take to make. Spent by every construction that can grow faster than its
 * input, so that no schema, however made, takes more than about a second or 100 MB.
 */
final class Budget {
    /** Elementary steps: a set member looked at, a table entry written. */
    private static final long WORK = 60_000_000;
    /** States of all automata together. */
    private static final int STATES = 400_000;

    private long work = WORK;
    private int states = STATES;
    private String pointer = "";

    /** Whatever is spent from now on is spent for this place of the schema. */
    void at(String place) {
        pointer = place;
    }

    String pointer() {
        return pointer;
    }

    void work(long steps) {
        work -= steps;
        if (work < 0) {
            throw GrammarException.tooLarge(
                    pointer, Text.of("The schema takes too much work to compile", "该 schema 编译所需的工作量过大"));
        }
    }

    void states(long count) {
        if (count > states) {
            throw GrammarException.tooLarge(
                    pointer, Text.of("The schema needs more than %,d states", "该 schema 需要超过 %,d 个状态", STATES));
        }
        states -= (int) count;
        work(count);
    }
}
