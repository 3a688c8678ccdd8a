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

    /**
     * @param stream its events are its tokens; of another answer as many are taken to be there as fit the time that it had
     * @param heldNanos how long a worker had it
     */
    static Used estimated(Price price, boolean stream, long events, long heldNanos) {
        double prompt = events > 0 ? 1 : part(heldNanos, price.promptNanos());
        double output = stream ? 0 : part(heldNanos - price.promptNanos(), price.outputNanos());
        return new Used(
                Math.round(price.promptTokens() * prompt),
                stream ? events : Math.round(price.outputTokens() * output),
                UsageRecord.UNKNOWN,
                UsageRecord.UNKNOWN);
    }

    private static double part(long nanos, long ofNanos) {
        return ofNanos <= 0 ? 1 : Math.clamp((double) nanos / ofNanos, 0.0, 1.0);
    }

    long totalTokens() {
        return Math.max(0, promptTokens) + Math.max(0, completionTokens);
    }
}
