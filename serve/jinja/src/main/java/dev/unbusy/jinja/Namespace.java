package dev.unbusy.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code namespace()}: the one value that templates can change, with {@code {% set ns.name = … %}}. */
final class Namespace {
    private final Map<Object, Object> attributes = new LinkedHashMap<>();

    /** By name; other keys, which a dict may bring, are kept wrapped and only seen when printed. */
    Map<Object, Object> attributes() {
        return attributes;
    }
}
