package dev.unbusy.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters that make text. Given markup, those that work on text itself give markup. */
final class TextFilters {
    private TextFilters() {}

    static void register(Map<String, Filters.Function> filters) {
        filters.put("upper", (render, value, args) -> plain(render, "upper", value, args));
        filters.put("lower", (render, value, args) -> plain(render, "lower", value, args));
        filters.put("capitalize", (render, value, args) -> plain(render, "capitalize", value, args));
        filters.put("trim", TextFilters::trim);
        filters.put("title", TextFilters::title);
        filters.put("replace", TextFilters::replace);
        filters.put("join", TextFilters::join);
        filters.put("indent", TextFilters::indent);
        filters.put("center", TextFilters::center);
        filters.put("truncate", TextFilters::truncate);
        filters.put("format", TextFilters::format);
        filters.put("string", (render, value, args) -> {
            args.bindPositional("string");
            return Types.isText(value) ? value : Repr.str(value);
        });
        filters.put("safe", (render, value, args) -> {
            args.bind("safe");
            return value instanceof Markup ? value : new Markup(Repr.str(value));
        });
        filters.put("escape", TextFilters::escape);
        filters.put("e", TextFilters::escape);
        filters.put("forceescape", (render, value, args) -> {
            args.bind("forceescape");
            return Markup.escape(Repr.str(value));
        });
        filters.put("wordcount", TextFilters::wordCount);
        filters.put("urlencode", TextFilters::urlEncode);
        filters.put("xmlattr", TextFilters::xmlAttributes);
    }

    private static Object softText(Object value) {
        return Types.isText(value) ? value : Repr.str(value);
    }

    private static Object plain(Render render, String method, Object value, Args args) {
        args.bind(method);
        return new BoundMethod(softText(value), method).call(render, Args.NONE);
    }

    private static Object trim(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("trim", "chars?");
        Args chars = bound.has(0) ? new Args(List.of(bound.get(0)), List.of(), List.of()) : Args.NONE;
        return new BoundMethod(softText(value), "strip").call(render, chars);
    }

    private static Object title(Render render, Object value, Args args) {
        args.bind("title");
        String s = Repr.str(value);
        render.work(s.length());
        return Casing.titleWords(s);
    }

    private static Object replace(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("replace", "old", "new", "count?");
        int count = bound.isNone(2) ? -1 : bound.size(2, -1);
        return TextOps.replace(render, Repr.str(value), Repr.str(bound.get(0)), Repr.str(bound.get(1)), count);
    }

    private static Object join(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("join", "d?", "attribute?");
        String separator = Repr.str(bound.get(0, ""));
        Iterator<Object> items = Iteration.of(value);
        AttributePath path = bound.isNone(1) ? null : AttributePath.of(bound.get(1));
        StringBuilder out = new StringBuilder();
        boolean first = true;
        while (items.hasNext()) {
            render.work(1);
            Object item = items.next();
            if (!first) {
                render.append(out, separator);
            }
            first = false;
            render.append(out, Repr.str(path == null ? item : path.get(render, item)));
        }
        return out.toString();
    }

    private static Object indent(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("indent", "width?", "first?", "blank?");
        Object width = bound.get(0, 4L);
        boolean markup = value instanceof Markup;
        if (!Types.isText(value)) {
            throw value instanceof Undefined undefined
                    ? undefined.fail()
                    : EvalError.failed("unsupported operand type(s) for +=: '" + Types.name(value) + "' and 'str'");
        }
        String indent = Types.isText(width)
                ? Types.textOf(width)
                : render.repeated(" ", Math.max(0, Numbers.clampedIndex(width)));
        boolean mixed = !markup && width instanceof Markup;
        if (mixed) {
            throw EvalError.unsupported("indenting a plain string with markup");
        }
        TextOps.countParts(render, Types.textOf(value), Unicode::isLineEnd);
        List<String> lines = TextOps.splitLines(Types.textOf(value) + "\n", false);
        boolean blank = bound.isTrue(2);
        StringBuilder out = new StringBuilder();
        if (bound.isTrue(1)) {
            render.append(out, indent);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (i > 0) {
                out.append('\n');
                if (blank || !line.isEmpty()) {
                    render.append(out, indent);
                }
            }
            render.append(out, line);
        }
        return markup ? new Markup(out.toString()) : out.toString();
    }

    private static Object center(Render render, Object value, Args args) {
        Object width = args.bind("center", "width?").get(0, 80L);
        return new BoundMethod(softText(value), "center").call(render, new Args(List.of(width), List.of(), List.of()));
    }

    private static Object truncate(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("truncate", "length?", "killwords?", "end?", "leeway?");
        if (!(value instanceof String s)) {
            throw EvalError.unsupported("truncating something other than a plain string");
        }
        int length = bound.index(0, 255);
        Object end = bound.get(2, "...");
        int leeway = bound.isNone(3) ? 5 : bound.index(3, 5);
        int endLength = Iteration.length(end);
        if (length < endLength || leeway < 0) {
            throw EvalError.failed("expected length >= " + endLength + " and leeway >= 0");
        }
        if (CodePoints.length(s) <= (long) length + leeway) {
            return s;
        }
        String cut = s.substring(0, CodePoints.offset(s, length - endLength));
        int space = bound.isTrue(1) ? -1 : cut.lastIndexOf(' ');
        return Arithmetic.add(render, space < 0 ? cut : cut.substring(0, space), end);
    }

    private static Object format(Render render, Object value, Args args) {
        if (!args.positional().isEmpty() && !args.names().isEmpty()) {
            throw EvalError.failed("can't handle positional and keyword arguments at the same time");
        }
        Object values = PyTuple.of(args.positional());
        if (!args.names().isEmpty()) {
            PyDict named = new PyDict();
            for (int i = 0; i < args.names().size(); i++) {
                named.put(args.names().get(i), args.named().get(i));
            }
            values = named;
        }
        return PercentFormat.format(render, softText(value), values);
    }

    private static Object escape(Render render, Object value, Args args) {
        args.bindPositional("escape");
        Markup markup = Markup.escape(value);
        render.build(markup.text().length());
        return markup;
    }

    private static Object wordCount(Render render, Object value, Args args) {
        args.bind("wordcount");
        String s = Repr.str(value);
        render.work(s.length());
        long words = 0;
        boolean inWord = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            boolean word = c == '_' || Unicode.isAlphanumeric(c);
            if (word && !inWord) {
                words++;
            }
            inWord = word;
        }
        return words;
    }

    private static Object urlEncode(Render render, Object value, Args args) {
        args.bind("urlencode");
        if (Types.isText(value) || !Iteration.isIterable(value)) {
            return quoteUrl(render, Repr.str(value), true);
        }
        Object pairs = value instanceof PyDict dict ? new DictView(dict, DictView.Kind.ITEMS) : value;
        List<String> parts = new ArrayList<>();
        for (Object pair : Iteration.toList(render, pairs)) {
            List<Object> items = Iteration.toList(render, pair);
            if (items.size() != 2) {
                throw EvalError.failed("urlencode wants pairs");
            }
            String key = quoteUrl(render, Repr.str(items.get(0)), false);
            parts.add(key + "=" + quoteUrl(render, Repr.str(items.get(1)), false));
        }
        return String.join("&", parts);
    }

    private static String quoteUrl(Render render, String s, boolean path) {
        StringBuilder out = new StringBuilder();
        for (byte b : s.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (alphanumeric || "_.-~".indexOf(c) >= 0 || (path && c == '/')) {
                render.append(out, String.valueOf(c));
            } else if (c == ' ' && !path) {
                render.append(out, "+");
            } else {
                render.append(out, String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return out.toString();
    }

    private static Object xmlAttributes(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("xmlattr", "autospace?");
        if (!(value instanceof PyDict dict)) {
            throw value instanceof Undefined undefined
                    ? undefined.fail()
                    : EvalError.failed("'" + Types.name(value) + "' object has no attribute 'items'");
        }
        StringBuilder out = new StringBuilder();
        for (PyTuple entry : dict.entries()) {
            Object item = entry.items().get(1);
            if (item == None.NONE || item instanceof Undefined) {
                continue;
            }
            String key = Types.text("xmlattr", entry.items().get(0));
            if (key.chars().anyMatch(c -> " \t\n\r\f\u000b/>=".indexOf(c) >= 0)) {
                throw EvalError.failed("Invalid character in attribute name: " + Repr.quote(key));
            }
            out.append(out.length() == 0 ? "" : " ");
            render.append(
                    out, Markup.escapeText(key) + "=\"" + Markup.escape(item).text() + "\"");
        }
        boolean space = bound.has(0) ? bound.isTrue(0) : true;
        return space && out.length() > 0 ? " " + out : out.toString();
    }
}
