package dev.unbusy.admission;

/** Which of a scope's {@link Limits}. */
public enum LimitKind {
    REQUESTS,
    TOKENS,
    CONCURRENCY
}
