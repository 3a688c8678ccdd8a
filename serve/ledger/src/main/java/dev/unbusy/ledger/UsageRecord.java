package dev.unbusy.ledger;

import org.jspecify.annotations.Nullable;

/**
 * What one request used. Counts and times that are not known are {@link #UNKNOWN}, never zero.
 *
 * @param requestId as in {@code x-request-id}; a client may have chosen it, so it need not be unique
 * @param startedAtMillis when it arrived, since 1970
 * @param keyId null where no key was asked for
 * @param route the endpoint's name
 * @param promptTokens with the cached ones
 * @param completionTokens with the reasoning ones
 * @param cachedTokens of the prompt, those that were not computed
 * @param reasoningTokens of the completion
 * @param queueMillis waited at the gateway
 * @param durationMillis from arrival to end
 * @param worker the last one that worked on it; null: none did
 * @param outcome how it ended, as in log and metric; empty while it has not
 * @param continued how often another worker went on with it
 */
public record UsageRecord(
        String requestId,
        long startedAtMillis,
        @Nullable String keyId,
        String tenant,
        String model,
        String route,
        long promptTokens,
        long completionTokens,
        long cachedTokens,
        long reasoningTokens,
        long queueMillis,
        long durationMillis,
        @Nullable String worker,
        String outcome,
        String priority,
        int continued) {
    public static final long UNKNOWN = -1;

    /** The outcome of requests that the gateway did not see the end of: it was killed, or its machine was. */
    public static final String GATEWAY_LOST = "gateway_lost";

    /** Prompt and completion: what budgets count. Unknown counts add nothing. */
    public long budgetTokens() {
        return Math.max(0, promptTokens) + Math.max(0, completionTokens);
    }

    UsageRecord withOutcome(String word) {
        return new UsageRecord(
                requestId,
                startedAtMillis,
                keyId,
                tenant,
                model,
                route,
                promptTokens,
                completionTokens,
                cachedTokens,
                reasoningTokens,
                queueMillis,
                durationMillis,
                worker,
                word,
                priority,
                continued);
    }
}
