package dev.unbusy.jinja;

import org.jspecify.annotations.Nullable;

/**
 * The value of what does not exist: prints as nothing, is false and empty; every other use of it fails with the message
 * kept here. All undefined values are equal.
 */
final class Undefined {
    private final @Nullable Object object;
    private final Object name;
    private final @Nullable String hint;

    private Undefined(@Nullable Object object, Object name, @Nullable String hint) {
        this.object = object;
        this.name = name;
        this.hint = hint;
    }

    static Undefined variable(String name) {
        return new Undefined(null, name, null);
    }

    /** An attribute or element that an object lacks. */
    static Undefined member(Object object, Object name) {
        return new Undefined(object, name, null);
    }

    static Undefined because(String hint) {
        return new Undefined(null, "", hint);
    }

    /** What the sandbox hides: internals, and methods that change lists and dicts. */
    static Undefined unsafe(Object object, String name) {
        return because("access to attribute " + Repr.quote(name) + " of " + Repr.quote(Types.name(object))
                + " object is unsafe.");
    }

    EvalError fail() {
        if (hint != null) {
            return EvalError.failed(hint);
        }
        if (object == null) {
            return EvalError.failed(Repr.quote((String) name) + " is undefined");
        }
        if (name instanceof String attribute) {
            return EvalError.failed(
                    Repr.quote(Types.name(object) + " object") + " has no attribute " + Repr.quote(attribute));
        }
        return EvalError.failed(Types.name(object) + " object has no element " + Repr.repr(name));
    }
}
