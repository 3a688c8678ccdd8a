package dev.unbusy.jinja;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of one call.
 *
 * @param names names of the keyword arguments, each once
 * @param named their values, in the same order
 */
record Args(List<Object> positional, List<String> names, List<Object> named) {
    static final Args NONE = new Args(List.of(), List.of(), List.of());

    /** Matches the arguments with parameters; a name that ends with {@code ?} may be absent. Fails as Python would. */
    Bound bind(String function, String... parameters) {
        if (positional.size() > parameters.length) {
            throw EvalError.failed(
                    function + "() takes at most " + parameters.length + " arguments, got " + positional.size());
        }
        @Nullable Object[] values = new @Nullable Object[parameters.length];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        for (int i = 0; i < names.size(); i++) {
            int index = indexOf(parameters, names.get(i));
            if (index < 0) {
                throw EvalError.failed(function + "() got an unexpected keyword argument " + Repr.quote(names.get(i)));
            }
            if (values[index] != null) {
                throw EvalError.failed(function + "() got multiple values for argument " + Repr.quote(names.get(i)));
            }
            values[index] = named.get(i);
        }
        for (int i = 0; i < parameters.length; i++) {
            if (values[i] == null && !parameters[i].endsWith("?")) {
                throw EvalError.failed(function + "() misses the argument " + Repr.quote(parameters[i]));
            }
        }
        return new Bound(function, values);
    }

    private static int indexOf(String[] parameters, String name) {
        for (int i = 0; i < parameters.length; i++) {
            String parameter = parameters[i];
            int length = parameter.length() - (parameter.endsWith("?") ? 1 : 0);
            if (name.length() == length && parameter.startsWith(name)) {
                return i;
            }
        }
        return -1;
    }

    /** As {@link #bind}, for parameters that cannot be given by name. */
    Bound bindPositional(String function, String... parameters) {
        if (!names.isEmpty()) {
            throw EvalError.failed(function + "() takes no keyword arguments");
        }
        return bind(function, parameters);
    }

    Args withFirst(Object first) {
        Object[] all = new Object[positional.size() + 1];
        all[0] = first;
        for (int i = 0; i < positional.size(); i++) {
            all[i + 1] = positional.get(i);
        }
        return new Args(Arrays.asList(all), names, named);
    }

    /** The arguments after the first {@code count} positional ones. */
    Args skip(int count) {
        return new Args(positional.subList(count, positional.size()), names, named);
    }

    /** Arguments by parameter. */
    static final class Bound {
        private final String function;
        private final @Nullable Object[] values;

        Bound(String function, @Nullable Object[] values) {
            this.function = function;
            this.values = values;
        }

        boolean has(int index) {
            return values[index] != null;
        }

        Object get(int index) {
            Object value = values[index];
            if (value == null) {
                throw new IllegalStateException(function + ": parameter " + index + " is optional");
            }
            return value;
        }

        Object get(int index, Object otherwise) {
            Object value = values[index];
            return value == null ? otherwise : value;
        }

        boolean isTrue(int index) {
            Object value = values[index];
            return value != null && Truth.of(value);
        }

        /** Absent or None. */
        boolean isNone(int index) {
            Object value = values[index];
            return value == null || value == None.NONE;
        }

        /** An integer that fits an index; larger ones are cut to the largest. */
        int index(int index, int otherwise) {
            Object value = values[index];
            return value == null ? otherwise : Numbers.clampedIndex(value);
        }

        /** A string, or an error that names the function. */
        String text(int index) {
            return Types.text(function, get(index));
        }
    }
}
