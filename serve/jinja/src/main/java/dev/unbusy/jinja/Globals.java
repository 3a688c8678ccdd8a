package dev.unbusy.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions every template can call. */
final class Globals {
    private static final Map<String, Callable> ALL = Map.of(
            "range", Globals::range,
            "dict", Globals::dict,
            "namespace", Globals::namespace,
            "cycler", Globals::cycler,
            "joiner", (render, args) -> new Joiner(args.bind("joiner", "sep?").get(0, ", ")),
            "lipsum", Globals::lipsum,
            "raise_exception", Globals::raiseException,
            "strftime_now", Globals::strftimeNow);

    private Globals() {}

    static @Nullable Callable find(String name) {
        return ALL.get(name);
    }

    private static Object range(Render render, Args args) {
        if (!args.names().isEmpty()) {
            throw EvalError.failed("range() takes no keyword arguments");
        }
        List<Object> bounds = args.positional();
        PyRange range = switch (bounds.size()) {
            case 1 -> new PyRange(0, Numbers.longIndex(bounds.get(0)), 1);
            case 2 -> new PyRange(Numbers.longIndex(bounds.get(0)), Numbers.longIndex(bounds.get(1)), 1);
            case 3 ->
                new PyRange(
                        Numbers.longIndex(bounds.get(0)),
                        Numbers.longIndex(bounds.get(1)),
                        Numbers.longIndex(bounds.get(2)));
            default -> throw EvalError.failed("range expected 1 to 3 arguments, got " + bounds.size());
        };
        if (range.size() > PyRange.MAX_SIZE) {
            throw EvalError.failed(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + PyRange.MAX_SIZE + ").");
        }
        return range;
    }

    private static PyDict dict(Render render, Args args) {
        if (args.positional().size() > 1) {
            throw EvalError.failed(
                    "dict expected at most 1 argument, got " + args.positional().size());
        }
        PyDict dict = new PyDict();
        if (!args.positional().isEmpty()) {
            Object source = args.positional().get(0);
            if (source instanceof PyDict other) {
                render.work(other.size());
                dict.putAll(other);
            } else if (source instanceof Undefined undefined) {
                throw undefined.fail();
            } else {
                for (Object pair : Iteration.toList(render, source)) {
                    List<Object> items = Iteration.toList(render, pair);
                    if (items.size() != 2) {
                        throw EvalError.failed(
                                "dictionary update sequence element has length " + items.size() + "; 2 is required");
                    }
                    dict.put(items.get(0), items.get(1));
                }
            }
        }
        for (int i = 0; i < args.names().size(); i++) {
            dict.put(args.names().get(i), args.named().get(i));
        }
        return dict;
    }

    private static Object namespace(Render render, Args args) {
        Namespace namespace = new Namespace();
        for (PyTuple entry : dict(render, args).entries()) {
            namespace
                    .attributes()
                    .put(HashKey.of(entry.items().get(0)), entry.items().get(1));
        }
        return namespace;
    }

    private static Object cycler(Render render, Args args) {
        if (!args.names().isEmpty()) {
            throw EvalError.failed("cycler() takes no keyword arguments");
        }
        return new Cycler(args.positional());
    }

    private static Object lipsum(Render render, Args args) {
        throw EvalError.unsupported("function 'lipsum'");
    }

    private static Object raiseException(Render render, Args args) {
        throw EvalError.raised(Repr.str(args.bind("raise_exception", "message").get(0)));
    }

    private static Object strftimeNow(Render render, Args args) {
        String format = args.bind("strftime_now", "format").text(0);
        render.work(format.length() * 20L);
        return Strftime.format(format, render.now());
    }
}
