package dev.unbusy.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code json.dumps}, as Hugging Face's {@code tojson} filter calls it: no HTML escapes, non-ASCII kept by default. */
final class Json {
    private static final int MAX_DEPTH = 200;

    private final Render render;
    private final StringBuilder out = new StringBuilder();
    private final boolean ensureAscii;
    /** Text of one level, or null to keep everything on one line. */
    private final @Nullable String indent;

    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;

    private Json(
            Render render,
            boolean ensureAscii,
            @Nullable String indent,
            String itemSeparator,
            String keySeparator,
            boolean sortKeys) {
        this.render = render;
        this.ensureAscii = ensureAscii;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sortKeys = sortKeys;
    }

    /** The filter {@code tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)}. */
    static String filter(Render render, Object value, Args args) {
        Args.Bound bound = args.bind("tojson", "ensure_ascii?", "indent?", "separators?", "sort_keys?");
        String indent = bound.isNone(1) ? null : indentText(render, bound.get(1));
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        if (!bound.isNone(2)) {
            List<Object> separators = Iteration.toList(render, bound.get(2));
            if (separators.size() != 2) {
                throw EvalError.failed("separators must be a pair of strings");
            }
            itemSeparator = Types.text("tojson", separators.get(0));
            keySeparator = Types.text("tojson", separators.get(1));
        }
        Json json = new Json(render, bound.isTrue(0), indent, itemSeparator, keySeparator, bound.isTrue(3));
        json.write(value, 0);
        return json.out.toString();
    }

    private static String indentText(Render render, Object indent) {
        return Types.isText(indent)
                ? Types.textOf(indent)
                : render.repeated(" ", Math.max(0, Numbers.clampedIndex(indent)));
    }

    private void write(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw EvalError.limit("a value for tojson is nested more than " + MAX_DEPTH + " deep");
        }
        switch (value) {
            case String s -> string(s);
            case Markup m -> string(m.text());
            case Seq seq -> array(seq.items(), depth);
            case PyDict dict -> object(dict, depth);
            default -> render.append(out, scalar(value));
        }
    }

    private static String scalar(Object value) {
        return switch (value) {
            case None none -> "null";
            case Boolean b -> b ? "true" : "false";
            case Long n -> Long.toString(n);
            case BigInteger n -> Repr.integer(n);
            case Double d -> number(d);
            default -> throw EvalError.failed("Object of type " + Types.name(value) + " is not JSON serializable");
        };
    }

    private static String number(double d) {
        return Double.isNaN(d) ? "NaN" : Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : FloatText.repr(d);
    }

    private void array(List<Object> items, int depth) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        boolean first = true;
        for (Object item : items) {
            separate(first, depth + 1);
            first = false;
            write(item, depth + 1);
        }
        newline(depth);
        out.append(']');
    }

    private void object(PyDict dict, int depth) {
        if (dict.size() == 0) {
            out.append("{}");
            return;
        }
        out.append('{');
        boolean first = true;
        List<PyTuple> entries = dict.entries();
        if (sortKeys) {
            entries = new ArrayList<>(entries);
            entries.sort((a, b) ->
                    Ordering.COMPARATOR.compare(a.items().get(0), b.items().get(0)));
        }
        for (PyTuple entry : entries) {
            separate(first, depth + 1);
            first = false;
            string(key(entry.items().get(0)));
            out.append(keySeparator);
            write(entry.items().get(1), depth + 1);
        }
        newline(depth);
        out.append('}');
    }

    private static String key(Object key) {
        return switch (key) {
            case String s -> s;
            case None none -> "null";
            case Boolean b -> b ? "true" : "false";
            case Long n -> Long.toString(n);
            case BigInteger n -> Repr.integer(n);
            case Double d -> number(d);
            default -> throw EvalError.failed("keys must be str, int, float, bool or None, not " + Types.name(key));
        };
    }

    private void separate(boolean first, int depth) {
        if (!first) {
            render.append(out, itemSeparator);
        }
        newline(depth);
    }

    private void newline(int depth) {
        if (indent != null) {
            out.append('\n');
            for (int i = 0; i < depth; i++) {
                render.append(out, indent);
            }
        }
    }

    private void string(String s) {
        render.append(out, "\"");
        int clean = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || !ensureAscii)) {
                continue;
            }
            render.append(out, s, clean, i);
            clean = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> out.append(String.format("\\u%04x", (int) c));
            }
        }
        render.append(out, s, clean, s.length());
        out.append('"');
    }
}
