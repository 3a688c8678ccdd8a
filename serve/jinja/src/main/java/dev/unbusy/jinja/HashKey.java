package dev.unbusy.jinja;

/**
 * A dict key that is not a string, with Python's equality: {@code 1}, {@code 1.0} and {@code True} are one key. Strings
 * are keys themselves.
 */
final class HashKey {
    private final Object value;
    private final int hash;

    private HashKey(Object value) {
        this.value = value;
        this.hash = Equality.hash(value);
    }

    /** The key to store or look up a value by; fails for what Python cannot hash. */
    static Object of(Object value) {
        return switch (value) {
            case String s -> s;
            case Markup markup -> markup.text();
            default -> new HashKey(value);
        };
    }

    static Object unwrap(Object key) {
        return key instanceof HashKey wrapped ? wrapped.value : key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HashKey key && Equality.equal(value, key.value);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
