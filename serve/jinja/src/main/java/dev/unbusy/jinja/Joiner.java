package dev.unbusy.jinja;

import org.jspecify.annotations.Nullable;

/** {@code joiner(separator)}: empty on its first call, the separator on all later ones. */
final class Joiner implements Callable {
    private final Object separator;
    private boolean used;

    Joiner(Object separator) {
        this.separator = separator;
    }

    /** An attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "sep" -> separator;
            case "used" -> used;
            default -> null;
        };
    }

    @Override
    public Object call(Render render, Args args) {
        args.bind("joiner");
        if (!used) {
            used = true;
            return "";
        }
        return separator;
    }
}
