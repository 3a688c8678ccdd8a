package dev.unbusy.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what the caller passes (JSON-like Java values) into template values, and counts its characters. */
final class Inputs {
    private static final int MAX_DEPTH = 200;

    private long chars;
    private int depth;

    long chars() {
        return chars;
    }

    Object convert(@Nullable Object value) {
        if (++depth > MAX_DEPTH) {
            throw EvalError.limit("a variable is nested more than " + MAX_DEPTH + " deep");
        }
        Object converted = switch (value) {
            case null -> None.NONE;
            case String s -> {
                chars += s.length();
                yield s;
            }
            case Boolean b -> b;
            case Long n -> n;
            case Integer n -> n.longValue();
            case Short n -> n.longValue();
            case Byte n -> n.longValue();
            case BigInteger n -> Numbers.normalize(n);
            case Double d -> d;
            case Float f -> f.doubleValue();
            case List<?> list -> list(list);
            case Map<?, ?> map -> map(map);
            default ->
                throw new IllegalArgumentException(
                        "a template variable cannot hold a " + value.getClass().getName());
        };
        depth--;
        return converted;
    }

    private PyList list(List<?> list) {
        List<Object> items = new ArrayList<>(list.size());
        for (Object item : list) {
            items.add(convert(item));
        }
        chars += list.size();
        return new PyList(items);
    }

    private PyDict map(Map<?, ?> map) {
        PyDict dict = new PyDict();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            dict.put(convert(entry.getKey()), convert(entry.getValue()));
        }
        chars += map.size();
        return dict;
    }
}
