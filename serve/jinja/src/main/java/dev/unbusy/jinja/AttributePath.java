package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What filters take as {@code attribute}: {@code "a.b.0"}, looked up item first, step by step. */
final class AttributePath {
    private final List<Object> steps;

    private AttributePath(List<Object> steps) {
        this.steps = steps;
    }

    static AttributePath of(Object attribute) {
        if (attribute == None.NONE) {
            return new AttributePath(List.of());
        }
        if (!Types.isText(attribute)) {
            return new AttributePath(List.of(attribute));
        }
        List<Object> steps = new ArrayList<>();
        for (String part : TextOps.split(Types.textOf(attribute), ".", -1)) {
            boolean number = !part.isEmpty() && part.codePoints().allMatch(Unicode::isDigit);
            Object index = number ? Numbers.parseInteger(part, 10) : part;
            if (index == null) {
                throw EvalError.failed("invalid literal for int() with base 10: " + Repr.quote(part));
            }
            steps.add(index);
        }
        return new AttributePath(steps);
    }

    /** Several paths, separated by commas. */
    static List<AttributePath> listOf(Object attribute) {
        if (!Types.isText(attribute)) {
            return List.of(of(attribute));
        }
        return TextOps.split(Types.textOf(attribute), ",", -1).stream()
                .map(AttributePath::of)
                .toList();
    }

    Object get(Render render, Object object) {
        return get(render, object, null);
    }

    /** @param otherwise what takes the place of an undefined step */
    Object get(Render render, Object object, @Nullable Object otherwise) {
        Object value = object;
        for (Object step : steps) {
            value = Items.get(render, value, step);
            if (otherwise != null && value instanceof Undefined) {
                value = otherwise;
            }
        }
        return value;
    }
}
