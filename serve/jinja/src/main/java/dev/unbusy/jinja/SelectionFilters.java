package dev.unbusy.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** {@code map}, {@code select}, {@code reject} and their attribute forms: lazy, as generators are. */
final class SelectionFilters {
    private SelectionFilters() {}

    static void register(Map<String, Filters.Function> filters) {
        filters.put("map", SelectionFilters::map);
        filters.put("select", (render, value, args) -> choose(render, value, args, false, true));
        filters.put("reject", (render, value, args) -> choose(render, value, args, false, false));
        filters.put("selectattr", (render, value, args) -> choose(render, value, args, true, true));
        filters.put("rejectattr", (render, value, args) -> choose(render, value, args, true, false));
    }

    private static Object map(Render render, Object value, Args args) {
        return new Lazy(render, new Iterator<>() {
            private @Nullable Iterator<Object> items;
            private UnaryOperator<Object> mapper = UnaryOperator.identity();

            private Iterator<Object> source() {
                Iterator<Object> source = items;
                if (source == null) {
                    if (Truth.of(value)) {
                        mapper = mapper(render, args);
                        source = Iteration.of(value);
                    } else {
                        source = List.of().iterator();
                    }
                    items = source;
                }
                return source;
            }

            @Override
            public boolean hasNext() {
                return source().hasNext();
            }

            @Override
            public Object next() {
                return mapper.apply(source().next());
            }
        });
    }

    private static UnaryOperator<Object> mapper(Render render, Args args) {
        if (args.positional().isEmpty() && args.names().contains("attribute")) {
            Args.Bound bound = args.bind("map", "attribute", "default?");
            AttributePath path = AttributePath.of(bound.get(0));
            Object otherwise = bound.isNone(1) ? null : bound.get(1);
            return item -> path.get(render, item, otherwise);
        }
        if (args.positional().isEmpty()) {
            throw EvalError.failed("map requires a filter argument");
        }
        Object name = args.positional().get(0);
        Args rest = args.skip(1);
        // Looked up per item: on no items, an unknown name goes unnoticed, as in the reference.
        return item -> Filters.find(name).apply(render, item, rest);
    }

    private static Object choose(Render render, Object value, Args args, boolean byAttribute, boolean select) {
        Supplier<Predicate<Object>> test = () -> predicate(render, args, byAttribute);
        return new Lazy(render, new Iterator<>() {
            private @Nullable Iterator<Object> items;
            private Predicate<Object> predicate = item -> true;
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                Iterator<Object> source = items;
                if (source == null) {
                    if (Truth.of(value)) {
                        predicate = test.get();
                        source = Iteration.of(value);
                    } else {
                        source = List.of().iterator();
                    }
                    items = source;
                }
                while (next == null && source.hasNext()) {
                    render.work(1);
                    Object item = source.next();
                    if (predicate.test(item) == select) {
                        next = item;
                    }
                }
                return next != null;
            }

            @Override
            public Object next() {
                Object item = hasNext() ? next : null;
                if (item == null) {
                    throw new NoSuchElementException();
                }
                next = null;
                return item;
            }
        });
    }

    private static Predicate<Object> predicate(Render render, Args args, boolean byAttribute) {
        int used = byAttribute ? 1 : 0;
        if (args.positional().size() < used) {
            throw EvalError.failed("Missing parameter for attribute name");
        }
        AttributePath path = byAttribute ? AttributePath.of(args.positional().get(0)) : AttributePath.of(None.NONE);
        if (args.positional().size() == used) {
            return item -> Truth.of(path.get(render, item));
        }
        Object name = args.positional().get(used);
        Args rest = args.skip(used + 1);
        return item -> Tests.find(name).test(render, path.get(render, item), rest);
    }
}
