package dev.unbusy.jinja;

import java.util.List;

/** Python's {@code list}. */
final class PyList extends Seq {
    /** @param items not changed by anyone from now on */
    PyList(List<Object> items) {
        super(items);
    }
}
