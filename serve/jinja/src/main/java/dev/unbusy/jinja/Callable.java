package dev.unbusy.jinja;

/** A value that can be called: a function, a method, a macro. */
@FunctionalInterface
interface Callable {
    Object call(Render render, Args args);
}
