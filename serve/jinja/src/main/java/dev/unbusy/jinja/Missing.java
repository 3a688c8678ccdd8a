package dev.unbusy.jinja;

/** What a variable holds that has no value; reading it gives an {@link Undefined}. */
enum Missing {
    MISSING
}
