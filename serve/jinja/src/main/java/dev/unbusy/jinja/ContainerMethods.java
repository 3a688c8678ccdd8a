package dev.unbusy.jinja;

import java.util.Iterator;
import java.util.List;

/** Methods of dicts, lists, tuples and ranges that change nothing. */
final class ContainerMethods {
    private ContainerMethods() {}

    static Object call(Render render, Object receiver, String name, Args args) {
        return switch (receiver) {
            case PyDict dict -> dict(dict, name, args);
            case PyRange range -> sequence(render, range, Iteration.toList(render, range), name, args);
            case Seq seq -> sequence(render, seq, seq.items(), name, args);
            default -> throw EvalError.unsupported("method '" + name + "' of " + Types.name(receiver));
        };
    }

    private static Object dict(PyDict dict, String name, Args args) {
        return switch (name) {
            case "get" -> {
                Args.Bound bound = args.bindPositional("get", "key", "default?");
                Object value = dict.get(bound.get(0));
                yield value == null ? bound.get(1, None.NONE) : value;
            }
            case "items" -> view(dict, DictView.Kind.ITEMS, args);
            case "keys" -> view(dict, DictView.Kind.KEYS, args);
            case "values" -> view(dict, DictView.Kind.VALUES, args);
            case "copy" -> {
                args.bind("copy");
                PyDict copy = new PyDict();
                copy.putAll(dict);
                yield copy;
            }
            default -> throw EvalError.unsupported("method '" + name + "' of dict");
        };
    }

    private static DictView view(PyDict dict, DictView.Kind kind, Args args) {
        args.bind(kind.name());
        return new DictView(dict, kind);
    }

    private static Object sequence(Render render, Object receiver, List<Object> items, String name, Args args) {
        return switch (name) {
            case "count" ->
                count(render, items, args.bindPositional("count", "value").get(0));
            case "index" -> {
                if (receiver instanceof PyRange) {
                    yield index(
                            render, items, args.bindPositional("index", "value").get(0), 0, items.size());
                }
                Args.Bound bound = args.bindPositional("index", "value", "start?", "stop?");
                int start = clip(bound.index(1, 0), items.size());
                yield index(render, items, bound.get(0), start, clip(bound.index(2, Integer.MAX_VALUE), items.size()));
            }
            case "copy" -> {
                args.bind("copy");
                yield new PyList(items);
            }
            default -> throw EvalError.unsupported("method '" + name + "' of " + Types.name(receiver));
        };
    }

    private static long count(Render render, List<Object> items, Object wanted) {
        long count = 0;
        for (Object item : items) {
            render.work(Math.min(Weight.of(item), Weight.of(wanted)));
            if (Equality.same(item, wanted)) {
                count++;
            }
        }
        return count;
    }

    private static int clip(int index, int size) {
        return index < 0 ? Math.max(0, index + size) : Math.min(index, size);
    }

    private static Object index(Render render, List<Object> items, Object wanted, int start, int stop) {
        Iterator<Object> values = items.subList(Math.min(start, stop), stop).iterator();
        for (long at = start; values.hasNext(); at++) {
            Object item = values.next();
            render.work(Math.min(Weight.of(item), Weight.of(wanted)));
            if (Equality.same(item, wanted)) {
                return at;
            }
        }
        throw EvalError.failed(Repr.repr(wanted) + " is not in list");
    }
}
