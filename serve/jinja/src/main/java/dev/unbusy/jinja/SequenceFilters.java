package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters on sequences: order, grouping, aggregates. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void register(Map<String, Filters.Function> filters) {
        filters.put("length", SequenceFilters::length);
        filters.put("count", SequenceFilters::length);
        filters.put("list", (render, value, args) -> {
            args.bind("list");
            return new PyList(Iteration.toList(render, value));
        });
        filters.put("first", SequenceFilters::first);
        filters.put("last", SequenceFilters::last);
        filters.put("reverse", SequenceFilters::reverse);
        filters.put("items", SequenceFilters::items);
        filters.put("sort", SequenceFilters::sort);
        filters.put("dictsort", SequenceFilters::dictSort);
        filters.put("unique", SequenceFilters::unique);
        filters.put("groupby", SequenceFilters::groupBy);
        filters.put("min", (render, value, args) -> extreme(render, value, args, "min"));
        filters.put("max", (render, value, args) -> extreme(render, value, args, "max"));
        filters.put("sum", SequenceFilters::sum);
        filters.put("batch", SequenceFilters::batch);
        filters.put("slice", SequenceFilters::slice);
    }

    private static Object length(Render render, Object value, Args args) {
        args.bindPositional("length");
        return (long) Iteration.length(value);
    }

    private static Object first(Render render, Object value, Args args) {
        args.bind("first");
        Iterator<Object> items = Iteration.of(value);
        return items.hasNext() ? items.next() : Undefined.because("No first item, sequence was empty.");
    }

    private static Object last(Render render, Object value, Args args) {
        args.bind("last");
        List<Object> items = reversed(render, value);
        if (items == null) {
            throw EvalError.failed("'" + Types.name(value) + "' object is not reversible");
        }
        return items.isEmpty() ? Undefined.because("No last item, sequence was empty.") : items.get(0);
    }

    /** The items from last to first, or null if the value cannot be gone through backwards. */
    private static @Nullable List<Object> reversed(Render render, Object value) {
        if (value instanceof Lazy || value instanceof LoopContext || !Iteration.isIterable(value)) {
            return null;
        }
        List<Object> items = new ArrayList<>(Iteration.toList(render, value));
        Collections.reverse(items);
        return items;
    }

    private static Object reverse(Render render, Object value, Args args) {
        args.bind("reverse");
        if (Types.isText(value)) {
            String text = CodePoints.reversed(Types.textOf(value));
            render.work(text.length());
            return value instanceof Markup ? new Markup(text) : text;
        }
        List<Object> items = reversed(render, value);
        if (items != null) {
            return new Lazy(render, items.iterator());
        }
        if (!Iteration.isIterable(value)) {
            throw EvalError.failed("argument must be iterable");
        }
        items = new ArrayList<>(Iteration.toList(render, value));
        Collections.reverse(items);
        return new PyList(items);
    }

    private static Object items(Render render, Object value, Args args) {
        args.bind("items");
        if (value instanceof Undefined) {
            return new Lazy(render, Collections.emptyIterator());
        }
        if (!(value instanceof PyDict dict)) {
            return new Lazy(render, failing("Can only get item pairs from a mapping."));
        }
        return new Lazy(render, new DictView(dict, DictView.Kind.ITEMS).iterator());
    }

    /** Fails when the first value is wanted, as a generator does. */
    private static Iterator<Object> failing(String message) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw EvalError.failed(message);
            }

            @Override
            public Object next() {
                throw new NoSuchElementException();
            }
        };
    }

    private static UnaryOperator<Object> caseRule(boolean caseSensitive) {
        return caseSensitive ? UnaryOperator.identity() : SequenceFilters::lowered;
    }

    private static Object lowered(Object value) {
        return switch (value) {
            case String s -> s.toLowerCase(Locale.ROOT);
            case Markup m -> new Markup(m.text().toLowerCase(Locale.ROOT));
            default -> value;
        };
    }

    /** An item and the value it is ordered by. */
    private record Keyed(Object key, Object item) {}

    private static List<Keyed> sorted(Render render, List<Keyed> keyed, boolean reverse) {
        render.work(keyed.size() * 16L);
        for (Keyed entry : keyed) {
            render.work(Weight.of(entry.key()) * 8);
        }
        Comparator<Object> order = reverse ? Ordering.COMPARATOR.reversed() : Ordering.COMPARATOR;
        List<Keyed> sorted = new ArrayList<>(keyed);
        try {
            sorted.sort(Comparator.comparing(Keyed::key, order));
        } catch (IllegalArgumentException e) {
            throw EvalError.unsupported("sorting values without a total order");
        }
        return sorted;
    }

    private static List<Object> itemsOf(List<Keyed> keyed) {
        List<Object> items = new ArrayList<>(keyed.size());
        keyed.forEach(entry -> items.add(entry.item()));
        return items;
    }

    private static Object sort(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("sort", "reverse?", "case_sensitive?", "attribute?");
        List<AttributePath> paths = AttributePath.listOf(bound.get(2, None.NONE));
        UnaryOperator<Object> rule = caseRule(bound.isTrue(1));
        List<Keyed> keyed = new ArrayList<>();
        for (Object item : Iteration.toList(render, value)) {
            List<Object> keys = new ArrayList<>(paths.size());
            paths.forEach(path -> keys.add(rule.apply(path.get(render, item))));
            keyed.add(new Keyed(new PyList(keys), item));
        }
        return new PyList(itemsOf(sorted(render, keyed, bound.isTrue(0))));
    }

    private static Object dictSort(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("dictsort", "case_sensitive?", "by?", "reverse?");
        Object by = bound.get(1, "key");
        int position = Equality.equal(by, "key") ? 0 : Equality.equal(by, "value") ? 1 : -1;
        if (position < 0) {
            throw EvalError.failed("You can only sort by either \"key\" or \"value\"");
        }
        if (!(value instanceof PyDict dict)) {
            throw value instanceof Undefined undefined
                    ? undefined.fail()
                    : EvalError.failed("'" + Types.name(value) + "' object has no attribute 'items'");
        }
        UnaryOperator<Object> rule = caseRule(bound.isTrue(0));
        List<Keyed> keyed = new ArrayList<>();
        for (PyTuple entry : dict.entries()) {
            keyed.add(new Keyed(rule.apply(entry.items().get(position)), entry));
        }
        return new PyList(itemsOf(sorted(render, keyed, bound.isTrue(2))));
    }

    private static Object unique(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("unique", "case_sensitive?", "attribute?");
        UnaryOperator<Object> rule = caseRule(bound.isTrue(0));
        return new Lazy(render, new Iterator<>() {
            private final Set<Object> seen = new HashSet<>();
            private @Nullable AttributePath path;
            private @Nullable Iterator<Object> items;
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                Iterator<Object> source = items;
                AttributePath key = path;
                if (source == null || key == null) {
                    key = AttributePath.of(bound.get(1, None.NONE));
                    source = Iteration.of(value);
                    path = key;
                    items = source;
                }
                while (next == null && source.hasNext()) {
                    Object item = source.next();
                    Object itemKey = rule.apply(key.get(render, item));
                    render.work(Weight.of(itemKey));
                    if (seen.add(HashKey.of(itemKey))) {
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

    private static Object groupBy(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("groupby", "attribute", "default?", "case_sensitive?");
        AttributePath path = AttributePath.of(bound.get(0));
        Object otherwise = bound.isNone(1) ? null : bound.get(1);
        boolean caseSensitive = bound.isTrue(2);
        UnaryOperator<Object> rule = caseRule(caseSensitive);
        List<Keyed> keyed = new ArrayList<>();
        for (Object item : Iteration.toList(render, value)) {
            keyed.add(new Keyed(rule.apply(path.get(render, item, otherwise)), item));
        }
        List<Keyed> sorted = sorted(render, keyed, false);
        List<Object> groups = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            if (i == sorted.size()
                    || !Equality.same(sorted.get(start).key(), sorted.get(i).key())) {
                List<Object> members = itemsOf(sorted.subList(start, i));
                Object grouper = caseSensitive ? sorted.get(start).key() : path.get(render, members.get(0), otherwise);
                groups.add(PyTuple.group(grouper, new PyList(members)));
                start = i;
            }
        }
        return new PyList(groups);
    }

    private static Object extreme(Render render, Object value, Args args, String name) {
        Args.Bound bound = args.bind(name, "case_sensitive?", "attribute?");
        List<Object> items = Iteration.toList(render, value);
        if (items.isEmpty()) {
            return Undefined.because("No aggregated item, sequence was empty.");
        }
        UnaryOperator<Object> rule = caseRule(bound.isTrue(0));
        AttributePath path = AttributePath.of(bound.get(1, None.NONE));
        Object best = items.get(0);
        Object bestKey = rule.apply(path.get(render, best));
        for (Object item : items.subList(1, items.size())) {
            Object key = rule.apply(path.get(render, item));
            render.work(Math.min(Weight.of(key), Weight.of(bestKey)));
            if (name.equals("min") ? Ordering.less(key, bestKey) : Ordering.less(bestKey, key)) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }

    private static Object sum(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("sum", "attribute?", "start?");
        AttributePath path = bound.isNone(0) ? null : AttributePath.of(bound.get(0));
        Object sum = bound.get(1, 0L);
        if (Types.isText(sum)) {
            throw EvalError.failed("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Object item : Iteration.toList(render, value)) {
            sum = Arithmetic.add(render, sum, path == null ? item : path.get(render, item));
        }
        return sum;
    }

    private static Object batch(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("batch", "linecount", "fill_with?");
        return new Lazy(render, new Iterator<>() {
            private @Nullable Iterator<Object> items;

            private Iterator<Object> source() {
                Iterator<Object> source = items;
                if (source == null) {
                    source = Iteration.of(value);
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
                Iterator<Object> source = source();
                Object count = bound.get(0);
                List<Object> batch = new ArrayList<>();
                while (source.hasNext() && (batch.isEmpty() || !Equality.equal((long) batch.size(), count))) {
                    render.work(1);
                    batch.add(source.next());
                }
                if (!source.hasNext() && !bound.isNone(1)) {
                    int size = Numbers.isNumber(count) && !Ordering.less((long) batch.size(), count)
                            ? 0
                            : Numbers.clampedIndex(count);
                    render.work(Math.max(0, size - batch.size()));
                    while (batch.size() < size) {
                        batch.add(bound.get(1));
                    }
                }
                return new PyList(batch);
            }
        });
    }

    private static Object slice(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("slice", "slices", "fill_with?");
        return new Lazy(render, new Iterator<>() {
            private @Nullable List<Object> items;
            private int slices;
            private int number;
            private int offset;

            private List<Object> source() {
                List<Object> source = items;
                if (source == null) {
                    source = Iteration.toList(render, value);
                    items = source;
                    slices = Numbers.clampedIndex(bound.get(0));
                    if (slices == 0) {
                        throw EvalError.failed("integer division or modulo by zero");
                    }
                }
                return source;
            }

            @Override
            public boolean hasNext() {
                source();
                return number < slices;
            }

            @Override
            public Object next() {
                List<Object> source = source();
                int perSlice = source.size() / slices;
                int withExtra = source.size() % slices;
                int start = offset + number * perSlice;
                if (number < withExtra) {
                    offset++;
                }
                int end = offset + (number + 1) * perSlice;
                List<Object> slice = new ArrayList<>(source.subList(start, end));
                if (!bound.isNone(1) && number >= withExtra) {
                    slice.add(bound.get(1));
                }
                number++;
                return new PyList(slice);
            }
        });
    }
}
