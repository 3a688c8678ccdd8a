package dev.unbusy.hub;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a thing when it is first asked for, and keeps it. Thread-safe. */
final class Once<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private @Nullable T made;

    Once(Supplier<T> maker) {
        this.maker = maker;
    }

    @Override
    public synchronized T get() {
        T current = made;
        if (current == null) {
            current = maker.get();
            made = current;
        }
        return current;
    }

    synchronized void ifMade(Consumer<T> action) {
        T current = made;
        if (current != null) {
            action.accept(current);
        }
    }
}
