package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Methods of {@code str}. */
final class StringMethods {
    static final Set<String> NAMES = Set.of(
            ("capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha"
                            + " isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle"
                            + " isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace"
                            + " rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase"
                            + " title translate upper zfill")
                    .split(" "));

    private StringMethods() {}

    static Object call(Render render, String s, String name, Args args) {
        render.work(s.length());
        if (!args.positional().isEmpty() && args.positional().get(0) instanceof String sought) {
            render.search(s.length(), sought.length());
        }
        return switch (name) {
            case "strip" -> TextOps.strip(s, chars(name, args), true, true);
            case "lstrip" -> TextOps.strip(s, chars(name, args), true, false);
            case "rstrip" -> TextOps.strip(s, chars(name, args), false, true);
            case "split", "rsplit" -> split(render, s, name, args);
            case "splitlines" -> {
                TextOps.countParts(render, s, Unicode::isLineEnd);
                yield new PyList(new ArrayList<>(
                        TextOps.splitLines(s, args.bind(name, "keepends?").size(0, 0) != 0)));
            }
            case "partition", "rpartition" -> partition(s, name, args);
            case "startswith" -> affix(s, name, args, true);
            case "endswith" -> affix(s, name, args, false);
            case "replace" -> {
                Args.Bound bound = args.bindPositional(name, "old", "new", "count?");
                yield TextOps.replace(render, s, bound.text(0), bound.text(1), bound.size(2, -1));
            }
            case "removeprefix" -> {
                String prefix = args.bindPositional(name, "prefix").text(0);
                yield s.startsWith(prefix) ? s.substring(prefix.length()) : s;
            }
            case "removesuffix" -> {
                String suffix = args.bindPositional(name, "suffix").text(0);
                yield s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
            }
            case "join" -> join(render, s, args.bindPositional(name, "iterable").get(0));
            case "find", "index", "rfind", "rindex", "count" -> search(s, name, args);
            case "format" -> BraceFormat.format(render, s, args, false);
            case "format_map" -> formatMap(render, s, args, false);
            case "center", "ljust", "rjust" -> {
                Args.Bound bound = args.bindPositional(name, "width", "fillchar?");
                yield TextOps.pad(render, s, bound.size(0, 0), bound.has(1) ? bound.text(1) : " ", name);
            }
            case "zfill" ->
                TextOps.zeroFill(render, s, args.bindPositional(name, "width").size(0, 0));
            case "expandtabs" ->
                TextOps.expandTabs(render, s, args.bind(name, "tabsize?").size(0, 8));
            default -> {
                args.bind(name);
                yield simple(s, name);
            }
        };
    }

    private static Object simple(String s, String name) {
        return switch (name) {
            case "upper" -> s.toUpperCase(Locale.ROOT);
            case "lower" -> s.toLowerCase(Locale.ROOT);
            case "capitalize" -> Casing.capitalize(s);
            case "title" -> Casing.title(s);
            case "swapcase" -> Casing.swap(s);
            case "isspace" -> all(s, Unicode::isSpace);
            case "isalpha" -> all(s, Character::isLetter);
            case "isalnum" -> all(s, Unicode::isAlphanumeric);
            case "isdigit" -> all(s, Unicode::isDigit);
            case "isdecimal" -> all(s, Character::isDigit);
            case "isascii" -> s.chars().allMatch(c -> c < 0x80);
            case "isprintable" -> s.codePoints().allMatch(Unicode::isPrintable);
            case "isidentifier" -> Unicode.isIdentifier(s);
            case "islower" -> Casing.isLower(s);
            case "isupper" -> Casing.isUpper(s);
            case "istitle" -> Casing.isTitle(s);
            default -> throw EvalError.unsupported("method '" + name + "' of str");
        };
    }

    private static boolean all(String s, java.util.function.IntPredicate test) {
        return !s.isEmpty() && s.codePoints().allMatch(test);
    }

    /** The characters to strip, or null for whitespace. */
    private static @Nullable String chars(String name, Args args) {
        Args.Bound bound = args.bindPositional(name, "chars?");
        return bound.isNone(0) ? null : bound.text(0);
    }

    private static PyList split(Render render, String s, String name, Args args) {
        Args.Bound bound = args.bind(name, "sep?", "maxsplit?");
        int max = bound.size(1, -1);
        List<String> parts;
        if (bound.isNone(0)) {
            TextOps.countParts(render, s, Unicode::isSpace);
            parts = name.equals("split") ? TextOps.splitWhitespace(s, max) : TextOps.rsplitWhitespace(s, max);
        } else {
            String separator = bound.text(0);
            if (separator.isEmpty()) {
                throw EvalError.failed("empty separator");
            }
            TextOps.countParts(render, s, c -> c == separator.charAt(0));
            parts = name.equals("split") ? TextOps.split(s, separator, max) : TextOps.rsplit(s, separator, max);
        }
        return new PyList(new ArrayList<>(parts));
    }

    private static PyTuple partition(String s, String name, Args args) {
        String separator = args.bindPositional(name, "sep").text(0);
        if (separator.isEmpty()) {
            throw EvalError.failed("empty separator");
        }
        boolean first = name.equals("partition");
        int at = first ? s.indexOf(separator) : s.lastIndexOf(separator);
        if (at < 0) {
            return PyTuple.of(first ? List.of(s, "", "") : List.of("", "", s));
        }
        return PyTuple.of(List.of(s.substring(0, at), separator, s.substring(at + separator.length())));
    }

    private static boolean affix(String s, String name, Args args, boolean start) {
        Args.Bound bound = args.bindPositional(name, "prefix", "start?", "end?");
        TextOps.Range range = TextOps.range(s, bound, 1);
        if (bound.get(0) instanceof PyTuple tuple) {
            boolean found = false;
            for (Object item : tuple.items()) {
                found = found || range.hasAffix(s, Types.text(name, item), start);
            }
            return found;
        }
        return range.hasAffix(s, bound.text(0), start);
    }

    private static Object search(String s, String name, Args args) {
        Args.Bound bound = args.bindPositional(name, "sub", "start?", "end?");
        String sub = bound.text(0);
        TextOps.Range range = TextOps.range(s, bound, 1);
        if (name.equals("count")) {
            return range.count(s, sub);
        }
        long found = range.find(s, sub, name.startsWith("r"));
        if (found < 0 && name.endsWith("index")) {
            throw EvalError.failed("substring not found");
        }
        return found;
    }

    private static String join(Render render, String separator, Object iterable) {
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Iterator<Object> items = Iteration.of(iterable); items.hasNext(); ) {
            render.work(1);
            String item = Types.text("join", items.next());
            if (!first) {
                render.append(out, separator);
            }
            first = false;
            render.append(out, item);
        }
        return out.toString();
    }

    static String formatMap(Render render, String s, Args args, boolean escape) {
        if (!(args.bindPositional("format_map", "mapping").get(0) instanceof PyDict mapping)) {
            throw EvalError.unsupported("format_map() with something other than a dict");
        }
        return BraceFormat.formatMap(render, s, mapping, escape);
    }
}
