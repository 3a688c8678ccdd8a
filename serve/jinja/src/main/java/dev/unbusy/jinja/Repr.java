package dev.unbusy.jinja;

import java.math.BigInteger;
import java.util.Iterator;

/** Python's {@code str()} and {@code repr()}: how values print. */
final class Repr {
    /** Longer texts than any prompt; keeps printing of shared structures from filling the memory. */
    private static final int MAX_CHARS = 1 << 26;

    private static final int MAX_DEPTH = 200;

    private Repr() {}

    /** What <code>{{ value }}</code> prints. */
    static String str(Object value) {
        return switch (value) {
            case String s -> s;
            case Markup m -> m.text();
            case Undefined undefined -> "";
            case Long n -> Long.toString(n);
            default -> repr(value);
        };
    }

    static String repr(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0);
        return out.toString();
    }

    static String quote(String s) {
        StringBuilder out = new StringBuilder(s.length() + 2);
        writeString(out, s);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value, int depth) {
        if (depth > MAX_DEPTH || out.length() > MAX_CHARS) {
            throw EvalError.limit("a value to print is too deep or too long");
        }
        switch (value) {
            case String s -> writeString(out, s);
            case Markup m -> {
                out.append("Markup(");
                writeString(out, m.text());
                out.append(')');
            }
            case None none -> out.append("None");
            case Boolean b -> out.append(b ? "True" : "False");
            case Long n -> out.append(n.longValue());
            case BigInteger n -> out.append(integer(n));
            case Double d -> out.append(FloatText.repr(d));
            case PyList list -> {
                out.append('[');
                writeItems(out, list.items().iterator(), depth);
                out.append(']');
            }
            case PyTuple tuple -> {
                out.append('(');
                writeItems(out, tuple.items().iterator(), depth);
                out.append(tuple.size() == 1 ? ",)" : ")");
            }
            case PyDict dict -> writeDict(out, dict, depth);
            case DictView view -> {
                out.append(view.typeName()).append("([");
                writeItems(out, view.iterator(), depth);
                out.append("])");
            }
            case PyRange range -> {
                out.append("range(").append(range.start()).append(", ").append(range.stop());
                out.append(range.step() == 1 ? "" : ", " + range.step()).append(')');
            }
            case Undefined undefined -> out.append("Undefined");
            case Namespace namespace -> {
                out.append("<Namespace ");
                PyDict attributes = new PyDict();
                namespace.attributes().forEach((key, item) -> attributes.put(HashKey.unwrap(key), item));
                writeDict(out, attributes, depth);
                out.append('>');
            }
            case LoopContext loop ->
                out.append("<LoopContext ")
                        .append(loop.index())
                        .append('/')
                        .append(loop.length())
                        .append('>');
            case Macro macro -> out.append("<Macro ").append(macro.describe()).append('>');
            default ->
                throw EvalError.unsupported("printing a " + Types.name(value) + " (the reference prints its address)");
        }
    }

    private static void writeItems(StringBuilder out, Iterator<Object> items, int depth) {
        boolean first = true;
        while (items.hasNext()) {
            if (!first) {
                out.append(", ");
            }
            first = false;
            write(out, items.next(), depth + 1);
        }
    }

    private static void writeDict(StringBuilder out, PyDict dict, int depth) {
        out.append('{');
        boolean first = true;
        for (PyTuple entry : dict.entries()) {
            if (!first) {
                out.append(", ");
            }
            first = false;
            write(out, entry.items().get(0), depth + 1);
            out.append(": ");
            write(out, entry.items().get(1), depth + 1);
        }
        out.append('}');
    }

    static String integer(BigInteger n) {
        String digits = n.toString();
        if (digits.length() - (n.signum() < 0 ? 1 : 0) > TagLexer.MAX_DECIMAL_DIGITS) {
            throw EvalError.failed("Exceeds the limit (4300 digits) for integer string conversion");
        }
        return digits;
    }

    private static void writeString(StringBuilder out, String s) {
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            if (c == quote || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append((char) c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\r') {
                out.append("\\r");
            } else if (c == '\t') {
                out.append("\\t");
            } else if (Unicode.isPrintable(c)) {
                out.appendCodePoint(c);
            } else {
                appendEscape(out, c);
            }
        }
        out.append(quote);
    }

    static void appendEscape(StringBuilder out, int c) {
        if (c < 0x100) {
            out.append(String.format("\\x%02x", c));
        } else if (c < 0x10000) {
            out.append(String.format("\\u%04x", c));
        } else {
            out.append(String.format("\\U%08x", c));
        }
    }

    /** Python's {@code ascii()}. */
    static String ascii(Object value) {
        StringBuilder out = new StringBuilder();
        repr(value).codePoints().forEach(c -> {
            if (c < 0x80) {
                out.append((char) c);
            } else {
                appendEscape(out, c);
            }
        });
        return out.toString();
    }
}
