package dev.unbusy.jinja;

/** Python's {@code None} (templates also write {@code none}). */
enum None {
    NONE
}
