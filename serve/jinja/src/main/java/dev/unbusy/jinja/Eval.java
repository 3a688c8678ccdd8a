package dev.unbusy.jinja;

/** A compiled expression. Immutable; all state is in the frame. */
@FunctionalInterface
interface Eval {
    Object eval(Frame frame);
}
