package dev.unbusy.gateway;

import java.util.Locale;

/** What a completion request is waiting for; the label of a disconnect. */
enum Stage {
    WAITING,
    CONNECTING,
    PREFILL,
    STREAMING;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
