package dev.unbusy.jinja;

import java.util.List;

/** A list or tuple. Immutable, as the sandbox forbids all changes. */
sealed class Seq permits PyList, PyTuple {
    private final List<Object> items;
    private final long weight;

    Seq(List<Object> items) {
        this.items = items;
        this.weight = Weight.ofAll(items);
    }

    List<Object> items() {
        return items;
    }

    int size() {
        return items.size();
    }

    long weight() {
        return weight;
    }
}
