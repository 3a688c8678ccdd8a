package dev.unbusy.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code cycler(…)}: gives its items in turn. */
final class Cycler {
    private final List<Object> items;
    private int position;

    Cycler(List<Object> items) {
        if (items.isEmpty()) {
            throw EvalError.failed("at least one item has to be provided");
        }
        this.items = items;
    }

    /** An attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "current" -> items.get(position);
            case "items" -> PyTuple.of(items);
            case "pos" -> (long) position;
            case "next" ->
                (Callable) (render, args) -> {
                    args.bind("next");
                    Object item = items.get(position);
                    position = (position + 1) % items.size();
                    return item;
                };
            case "reset" ->
                (Callable) (render, args) -> {
                    args.bind("reset");
                    position = 0;
                    return None.NONE;
                };
            default -> null;
        };
    }
}
