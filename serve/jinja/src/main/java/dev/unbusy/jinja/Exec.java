package dev.unbusy.jinja;

/** A compiled statement. Immutable; all state is in the frame and the output. */
@FunctionalInterface
interface Exec {
    /** How execution goes on after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    Flow exec(Frame frame, StringBuilder out);
}
