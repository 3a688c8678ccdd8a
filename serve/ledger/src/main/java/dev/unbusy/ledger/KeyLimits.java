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

    public KeyLimits {
        notNegative("requests-per-minute", requestsPerMinute);
        notNegative("tokens-per-minute", tokensPerMinute);
        notNegative("concurrency", concurrency);
    }

    static void notNegative(String field, long value) {
        if (value < 0) {
            throw LedgerException.invalid(field, value, Text.of("0 (no limit) or more", "0（不限）或更大"));
        }
    }
}
