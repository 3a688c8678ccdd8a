package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code dict}: keeps the order of insertion. Filled by whoever makes it, never changed after that. */
final class PyDict {
    private final Map<Object, Object> map = new LinkedHashMap<>();
    private long weight = 1;

    void put(Object key, Object value) {
        weight = Weight.checked(weight + 1 + Weight.of(value));
        map.put(HashKey.of(key), value);
    }

    void putAll(PyDict other) {
        for (PyTuple entry : other.entries()) {
            put(entry.items().get(0), entry.items().get(1));
        }
    }

    @Nullable
    Object get(Object key) {
        return map.get(HashKey.of(key));
    }

    int size() {
        return map.size();
    }

    long weight() {
        return weight;
    }

    Iterator<Object> keys() {
        Iterator<Object> keys = map.keySet().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return keys.hasNext();
            }

            @Override
            public Object next() {
                return HashKey.unwrap(keys.next());
            }
        };
    }

    Iterator<Object> values() {
        return map.values().iterator();
    }

    /** The (key, value) pairs, in order. */
    List<PyTuple> entries() {
        List<PyTuple> entries = new ArrayList<>(map.size());
        map.forEach((key, value) -> entries.add(PyTuple.pair(HashKey.unwrap(key), value)));
        return entries;
    }
}
