package dev.unbusy.routing;

import dev.unbusy.admission.Price;

/** Prices in easy numbers: a token of an answer takes 1, four of a prompt as much. */
final class Works {
    private Works() {}

    static Price of(long promptTokens, long outputTokens) {
        return new Price(promptTokens, outputTokens, Math.ceilDiv(promptTokens, 4L), outputTokens);
    }

    /** The same in units small enough that rounding decides nothing. */
    static Price fine(long promptTokens, long outputTokens) {
        return new Price(promptTokens, outputTokens, 250 * promptTokens, 1_000 * outputTokens);
    }
}
