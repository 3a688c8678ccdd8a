package dev.unbusy.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filters by name. */
final class Filters {
    /** A filter: the value it is applied to, and its further arguments. */
    @FunctionalInterface
    interface Function {
        Object apply(Render render, Object value, Args args);
    }

    /** What the reference has too, but no chat template uses. */
    private static final Set<String> UNSUPPORTED = Set.of("pprint", "random", "striptags", "urlize", "wordwrap");

    private static final Map<String, Function> ALL = new HashMap<>();

    static {
        TextFilters.register(ALL);
        NumberFilters.register(ALL);
        SequenceFilters.register(ALL);
        SelectionFilters.register(ALL);
        ALL.put("tojson", Json::filter);
        ALL.put("default", Filters::defaultValue);
        ALL.put("d", Filters::defaultValue);
        ALL.put("attr", Filters::attribute);
    }

    private Filters() {}

    /** @param soft whether an unknown filter fails only when it is used */
    static Function find(String name, int line, boolean soft) {
        Function function = ALL.get(name);
        if (function != null) {
            return function;
        }
        if (!soft) {
            throw UNSUPPORTED.contains(name)
                    ? EvalError.unsupported(line, "filter '" + name + "'")
                    : EvalError.syntax(line, "No filter named " + Repr.quote(name) + ".");
        }
        return (render, value, args) -> {
            throw unknown(name);
        };
    }

    /** As {@code map('name')} looks one up while rendering. */
    static Function find(Object name) {
        if (name instanceof String s) {
            Function function = ALL.get(s);
            if (function != null) {
                return function;
            }
            throw unknown(s);
        }
        throw EvalError.failed("No filter named " + Repr.repr(name) + ".");
    }

    private static EvalError unknown(String name) {
        return UNSUPPORTED.contains(name)
                ? EvalError.unsupported("filter '" + name + "'")
                : EvalError.failed("No filter named " + Repr.quote(name) + " found.");
    }

    static boolean exists(@Nullable Object name) {
        return name instanceof String s && (ALL.containsKey(s) || UNSUPPORTED.contains(s));
    }

    private static Object defaultValue(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("default", "default_value?", "boolean?");
        boolean missing = value instanceof Undefined || (bound.isTrue(1) && !Truth.of(value));
        return missing ? bound.get(0, "") : value;
    }

    private static Object attribute(Render render, Object value, Args args) {
        String name = args.bind("attr", "name").text(0);
        Object found = Attributes.find(value, name);
        return found == null ? Undefined.member(value, name) : found;
    }
}
