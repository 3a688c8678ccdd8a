package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Methods of markup: those of {@code str}, with arguments escaped where they become part of the result. */
final class MarkupMethods {
    /** What markup has beyond {@code str}. */
    static final Set<String> NAMES = Set.of("unescape", "striptags", "escape");

    private MarkupMethods() {}

    static Object call(Render render, Markup markup, String name, Args args) {
        String s = markup.text();
        return switch (name) {
            case "format" -> new Markup(BraceFormat.format(render, s, args, true));
            case "format_map" -> new Markup(StringMethods.formatMap(render, s, args, true));
            case "join" -> {
                List<Object> items = new ArrayList<>();
                for (Object item : Iteration.toList(
                        render, args.bindPositional(name, "iterable").get(0))) {
                    items.add(Markup.escape(item).text());
                }
                Args escaped = new Args(List.of(new PyList(items)), List.of(), List.of());
                yield marked(StringMethods.call(render, s, name, escaped));
            }
            case "replace", "center", "ljust", "rjust" ->
                marked(StringMethods.call(render, s, name, escapeSecond(args)));
            case "unescape", "striptags", "escape" -> throw EvalError.unsupported("method '" + name + "' of Markup");
            case "startswith", "endswith", "find", "rfind", "index", "rindex", "count" ->
                StringMethods.call(render, s, name, args);
            default -> marked(StringMethods.call(render, s, name, args));
        };
    }

    private static Args escapeSecond(Args args) {
        if (args.positional().size() < 2) {
            return args;
        }
        List<Object> positional = new ArrayList<>(args.positional());
        positional.set(1, Markup.escape(positional.get(1)).text());
        return new Args(positional, args.names(), args.named());
    }

    private static Object marked(Object result) {
        return switch (result) {
            case String s -> new Markup(s);
            case PyList list -> new PyList(new ArrayList<>(markedAll(list.items())));
            case PyTuple tuple -> PyTuple.of(new ArrayList<>(markedAll(tuple.items())));
            default -> result;
        };
    }

    private static List<Object> markedAll(List<Object> items) {
        return items.stream().map(MarkupMethods::marked).toList();
    }
}
