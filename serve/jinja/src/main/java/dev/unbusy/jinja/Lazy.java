package dev.unbusy.jinja;

import java.util.Iterator;

/** What filters such as {@code map} and {@code select} return: values made on demand, once. Counts each as work. */
final class Lazy implements Iterator<Object> {
    private final Render render;
    private final Iterator<Object> values;

    Lazy(Render render, Iterator<Object> values) {
        this.render = render;
        this.values = values;
    }

    @Override
    public boolean hasNext() {
        return values.hasNext();
    }

    @Override
    public Object next() {
        render.work(1);
        return values.next();
    }
}
