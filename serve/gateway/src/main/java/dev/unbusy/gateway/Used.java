package dev.unbusy.gateway;

import dev.unbusy.admission.Price;
import dev.unbusy.ledger.UsageRecord;

/**
 * What a request has used of a worker. Where the worker did not live to count it, or the client did not stay to hear it: the
 * events that the client got, and what the prompt was taken for. {@link UsageRecord#UNKNOWN} where nobody knows.
 */
record Used(long promptTokens, long completionTokens, long cachedTokens, long reasoningTokens) {
    static final Used NOTHING = new Used(0, 0, 0, 0);
    static final Used NOT_KNOWN =
            new Used(UsageRecord.UNKNOWN, UsageRecord.UNKNOWN, UsageRecord.UNKNOWN, UsageRecord.UNKNOWN);

    static Used counted(UsageScan.Found usage) {
        return new Used(usage.promptTokens(), usage.completionTokens(), usage.cachedTokens(), usage.reasoningTokens());
    }

    /** @param events of the answer; without any, the prompt was computed for as long as it ran */
    static Used estimated(Price price, long events, long ranNanos) {
        double computed = events > 0 || ranNanos >= price.promptNanos() ? 1 : (double) ranNanos / price.promptNanos();
        return new Used(Math.round(price.promptTokens() * computed), events, UsageRecord.UNKNOWN, UsageRecord.UNKNOWN);
    }

    long totalTokens() {
        return Math.max(0, promptTokens) + Math.max(0, completionTokens);
    }
}
