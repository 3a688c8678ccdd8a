package dev.unbusy.jinja;

import java.util.List;

/** Python's {@code tuple}; as made by {@code groupby}, its two elements also have names. */
final class PyTuple extends Seq {
    private final boolean group;

    private PyTuple(List<Object> items, boolean group) {
        super(items);
        this.group = group;
    }

    static PyTuple of(List<Object> items) {
        return new PyTuple(items, false);
    }

    static PyTuple pair(Object first, Object second) {
        return new PyTuple(List.of(first, second), false);
    }

    /** {@code (grouper, list)}. */
    static PyTuple group(Object grouper, PyList list) {
        return new PyTuple(List.of(grouper, list), true);
    }

    boolean isGroup() {
        return group;
    }
}
