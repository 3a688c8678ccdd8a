package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. Looks one item ahead when asked for {@code last} or {@code nextitem}. */
final class LoopContext implements Callable {
    /** Renders the body of a recursive loop for other items. */
    @FunctionalInterface
    interface Recursion {
        String render(Object iterable, int depth);
    }

    private final Object iterable;
    private final @Nullable Recursion recursion;
    private final int depth0;
    private Iterator<Object> items;
    private int index0 = -1;
    private int length = -1;
    private Object before = Missing.MISSING;
    private Object current = Missing.MISSING;
    private Object after = Missing.MISSING;
    private @Nullable List<Object> lastChanged;

    /** @param iterable what is iterated over, asked for its length if it has one */
    LoopContext(Object iterable, Iterator<Object> items, @Nullable Recursion recursion, int depth0) {
        this.iterable = iterable;
        this.items = items;
        this.recursion = recursion;
        this.depth0 = depth0;
    }

    boolean hasNext() {
        return after != Missing.MISSING || items.hasNext();
    }

    Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Object item = after == Missing.MISSING ? items.next() : after;
        after = Missing.MISSING;
        index0++;
        before = current;
        current = item;
        return item;
    }

    private Object peek() {
        if (after == Missing.MISSING && items.hasNext()) {
            after = items.next();
        }
        return after;
    }

    int index() {
        return index0 + 1;
    }

    int length() {
        if (length < 0) {
            if (Iteration.isIterable(iterable) && !(iterable instanceof Lazy)) {
                length = Iteration.length(iterable);
            } else {
                List<Object> rest = new ArrayList<>();
                items.forEachRemaining(rest::add);
                items = rest.iterator();
                length = rest.size() + index() + (after == Missing.MISSING ? 0 : 1);
            }
        }
        return length;
    }

    /** An attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> (long) index();
            case "index0" -> (long) index0;
            case "revindex" -> (long) length() - index0;
            case "revindex0" -> (long) length() - index();
            case "first" -> index0 == 0;
            case "last" -> peek() == Missing.MISSING;
            case "length" -> (long) length();
            case "depth" -> depth0 + 1L;
            case "depth0" -> (long) depth0;
            case "previtem" -> index0 == 0 ? Undefined.because("there is no previous item") : before;
            case "nextitem" -> {
                Object next = peek();
                yield next == Missing.MISSING ? Undefined.because("there is no next item") : next;
            }
            case "cycle" -> (Callable) (render, args) -> cycle(args);
            case "changed" -> (Callable) (render, args) -> changed(args);
            default -> null;
        };
    }

    private Object cycle(Args args) {
        if (!args.names().isEmpty() || args.positional().isEmpty()) {
            throw EvalError.failed("no items for cycling given");
        }
        return args.positional().get(index0 % args.positional().size());
    }

    private Object changed(Args args) {
        if (!args.names().isEmpty()) {
            throw EvalError.failed("changed() takes no keyword arguments");
        }
        PyTuple values = PyTuple.of(args.positional());
        if (lastChanged != null && Equality.equal(PyTuple.of(lastChanged), values)) {
            return false;
        }
        lastChanged = args.positional();
        return true;
    }

    @Override
    public Object call(Render render, Args args) {
        Object nested = args.bind("loop", "iterable").get(0);
        if (recursion == null) {
            throw EvalError.failed("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recursion.render(nested, depth0 + 1);
    }
}
