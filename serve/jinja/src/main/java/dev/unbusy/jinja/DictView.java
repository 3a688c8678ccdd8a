package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What {@code dict.keys()}, {@code values()} and {@code items()} return. */
record DictView(PyDict dict, Kind kind) {
    enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }
    }

    String typeName() {
        return kind.typeName;
    }

    Iterator<Object> iterator() {
        return switch (kind) {
            case KEYS -> dict.keys();
            case VALUES -> dict.values();
            case ITEMS -> new ArrayList<Object>(dict.entries()).iterator();
        };
    }

    List<Object> toList() {
        List<Object> items = new ArrayList<>(dict.size());
        iterator().forEachRemaining(items::add);
        return items;
    }
}
