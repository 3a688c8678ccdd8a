package dev.unbusy.scheduler;

/** Whether a sequence may wait for its turn. */
public sealed interface Submission {
    /** It will run. */
    record Accepted() implements Submission {}

    /** It can never run, however long it waits: prompt and one token of output exceed the context. */
    record TooLong(int promptTokens, int contextTokens) implements Submission {}
}
