package dev.unbusy.ledger;

import dev.unbusy.text.Text;

/**
 * What a key or a tenant may use at once; 0 is no limit.
 *
 * @param tokensPerMinute prompt and completion together
 * @param concurrency requests running or waiting at the same time
 */
public record KeyLimits(long requestsPerMinute, long tokensPerMinute, int concurrency) {
    public static final KeyLimits NONE = new KeyLimits(0, 0, 0);

    /** More than any machine does, and little enough for token buckets to count exactly. */
    private static final long MOST_PER_MINUTE = 100_000_000_000L;

    public KeyLimits {
        rate("requests-per-minute", requestsPerMinute);
        rate("tokens-per-minute", tokensPerMinute);
        notNegative("concurrency", concurrency);
    }

    private static void rate(String field, long value) {
        notNegative(field, value);
        if (value > MOST_PER_MINUTE) {
            throw LedgerException.invalid(field, value, Text.of("0 (no limit) to %d", "0（不限）到 %d", MOST_PER_MINUTE));
        }
    }

    static void notNegative(String field, long value) {
        if (value < 0) {
            throw LedgerException.invalid(field, value, Text.of("0 (no limit) or more", "0（不限）或更大"));
        }
    }
}
