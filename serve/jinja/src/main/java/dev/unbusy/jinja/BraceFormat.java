package dev.unbusy.jinja;

import org.jspecify.annotations.Nullable;

/**
 * {@code str.format} in the sandbox: fields look up attributes and items as templates do. On markup, values are escaped.
 */
final class BraceFormat {
    private final Render render;
    private final Args args;
    private final @Nullable PyDict mapping;
    private final boolean escape;
    /** Next automatic field, or −1 once fields are numbered by hand. */
    private int automatic;

    private BraceFormat(Render render, Args args, @Nullable PyDict mapping, boolean escape) {
        this.render = render;
        this.args = args;
        this.mapping = mapping;
        this.escape = escape;
    }

    static String format(Render render, String template, Args args, boolean escape) {
        return new BraceFormat(render, args, null, escape).expand(template, 2);
    }

    static String formatMap(Render render, String template, PyDict mapping, boolean escape) {
        return new BraceFormat(render, Args.NONE, mapping, escape).expand(template, 2);
    }

    private String expand(String template, int depth) {
        if (depth < 0) {
            throw EvalError.failed("Max string recursion exceeded");
        }
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < template.length()) {
            char c = template.charAt(i++);
            if (c != '{' && c != '}') {
                out.append(c);
            } else if (i < template.length() && template.charAt(i) == c) {
                out.append(c);
                i++;
            } else if (c == '}') {
                throw EvalError.failed("Single '}' encountered in format string");
            } else {
                int end = fieldEnd(template, i);
                render.append(out, field(template.substring(i, end), depth));
                i = end + 1;
            }
        }
        return out.toString();
    }

    private static int fieldEnd(String template, int start) {
        int open = 1;
        boolean inBrackets = false;
        boolean inSpec = false;
        for (int i = start; i < template.length(); i++) {
            char c = template.charAt(i);
            if (inBrackets) {
                inBrackets = c != ']';
            } else if (c == '[' && !inSpec) {
                inBrackets = true;
            } else if (c == ':' || c == '!') {
                inSpec = true;
            } else if (c == '{') {
                if (!inSpec) {
                    throw EvalError.failed("unexpected '{' in field name");
                }
                open++;
            } else if (c == '}' && --open == 0) {
                return i;
            }
        }
        throw EvalError.failed(
                start == template.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private String field(String field, int depth) {
        int nameEnd = nameEnd(field);
        String name = field.substring(0, nameEnd);
        char conversion = 0;
        int i = nameEnd;
        if (i < field.length() && field.charAt(i) == '!') {
            if (i + 1 >= field.length()) {
                throw EvalError.failed("end of string while looking for conversion specifier");
            }
            conversion = field.charAt(i + 1);
            i += 2;
            if (i < field.length() && field.charAt(i) != ':') {
                throw EvalError.failed("expected ':' after conversion specifier");
            }
        }
        String spec = i < field.length() ? field.substring(i + 1) : "";
        Object value = convert(lookUp(name), conversion);
        spec = expand(spec, depth - 1);
        if (!escape) {
            return value instanceof Markup markup
                    ? FormatSpec.format(markup.text(), spec)
                    : FormatSpec.format(value, spec);
        }
        if (value instanceof Markup markup) {
            if (!spec.isEmpty()) {
                throw EvalError.failed("Unsupported format specification for Markup.");
            }
            return markup.text();
        }
        return Markup.escapeText(FormatSpec.format(value, spec));
    }

    private static int nameEnd(String field) {
        boolean inBrackets = false;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (inBrackets) {
                inBrackets = c != ']';
            } else if (c == '[') {
                inBrackets = true;
            } else if (c == ':' || c == '!') {
                return i;
            }
        }
        return field.length();
    }

    private static Object convert(Object value, char conversion) {
        return switch (conversion) {
            case 0 -> value;
            case 's' -> Repr.str(value);
            case 'r' -> Repr.repr(value);
            case 'a' -> Repr.ascii(value);
            default -> throw EvalError.failed("Unknown conversion specifier " + conversion);
        };
    }

    private Object lookUp(String name) {
        int i = 0;
        while (i < name.length() && name.charAt(i) != '.' && name.charAt(i) != '[') {
            i++;
        }
        Object value = first(name.substring(0, i));
        while (i < name.length()) {
            if (name.charAt(i) == '.') {
                int end = i + 1;
                while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
                    end++;
                }
                value = Attributes.get(render, value, nonEmpty(name.substring(i + 1, end)));
                i = end;
            } else if (name.charAt(i) == '[') {
                int end = name.indexOf(']', i);
                if (end < 0) {
                    throw EvalError.failed("Missing ']' in format string");
                }
                String key = nonEmpty(name.substring(i + 1, end));
                value = Items.get(
                        render, value, isNumber(key) ? Numbers.normalize(new java.math.BigInteger(key)) : key);
                i = end + 1;
            } else {
                throw EvalError.failed("Only '.' or '[' may follow ']' in format field specifier");
            }
        }
        return value;
    }

    private static String nonEmpty(String part) {
        if (part.isEmpty()) {
            throw EvalError.failed("Empty attribute in format string");
        }
        return part;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private Object first(String name) {
        if (name.isEmpty() || isNumber(name)) {
            if (name.isEmpty() ? automatic < 0 : automatic > 0) {
                throw EvalError.failed("cannot mix automatic and manual field numbering");
            }
            long index;
            if (name.isEmpty()) {
                index = automatic++;
            } else {
                automatic = -1;
                index = Long.parseLong(name);
            }
            if (index >= args.positional().size()) {
                throw EvalError.failed("Replacement index " + index + " out of range for positional args tuple");
            }
            return args.positional().get((int) index);
        }
        if (mapping != null) {
            Object value = mapping.get(name);
            if (value == null) {
                throw EvalError.failed("KeyError: " + Repr.quote(name));
            }
            return value;
        }
        int index = args.names().indexOf(name);
        if (index < 0) {
            throw EvalError.failed("KeyError: " + Repr.quote(name));
        }
        return args.named().get(index);
    }
}
