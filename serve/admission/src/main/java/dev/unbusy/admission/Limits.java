package dev.unbusy.admission;

import dev.unbusy.text.Text;

/**
 * What one scope may use. A limit of 0 is no limit.
 *
 * @param requestsPerMinute requests that may begin
 * @param tokensPerMinute tokens of prompts and answers together
 * @param concurrency requests that may be under way at the same time, waiting ones included
 */
public record Limits(long requestsPerMinute, long tokensPerMinute, int concurrency) {
    /** Largest rate, 1.6 thousand million a second: small enough that {@link TokenBucket} counts exactly. */
    static final long MOST_PER_MINUTE = 100_000_000_000L;

    public static final Limits NONE = new Limits(0, 0, 0);

    /** @throws LimitsException where a limit is negative or a rate above 100,000,000,000 */
    public Limits {
        check("requestsPerMinute", requestsPerMinute, MOST_PER_MINUTE);
        check("tokensPerMinute", tokensPerMinute, MOST_PER_MINUTE);
        check("concurrency", concurrency, Integer.MAX_VALUE);
    }

    private static void check(String name, long value, long most) {
        if (value < 0 || value > most) {
            throw new LimitsException(
                    "invalid-limit",
                    Text.of("%s is %d, which is no limit that can be kept.", "%s 为 %d，无法作为限额。", name, value),
                    Text.of("Give a number from 1 to %d, or 0 for no limit.", "请填写 1 到 %d 之间的数；0 表示不限。", most));
        }
    }
}
