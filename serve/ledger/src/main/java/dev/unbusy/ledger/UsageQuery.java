package dev.unbusy.ledger;

import dev.unbusy.text.Text;
import org.jspecify.annotations.Nullable;

/**
 * Which usage rows: newest first, a page at a time.
 *
 * @param tenant null: of all
 * @param keyId null: of all
 * @param sinceMillis requests that started then or later
 * @param untilMillis requests that started before then
 * @param limit rows in a page
 * @param after where the page before ended; null: from the newest on
 */
public record UsageQuery(
        @Nullable String tenant,
        @Nullable String keyId,
        long sinceMillis,
        long untilMillis,
        int limit,
        @Nullable UsageCursor after) {
    public static final int MAX_LIMIT = 10_000;

    public UsageQuery {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw LedgerException.invalid("limit", limit, Text.of("1 to %d", "1 到 %d", MAX_LIMIT));
        }
    }

    /** Everything, in pages of 1,000. */
    public static UsageQuery all() {
        return new UsageQuery(null, null, Long.MIN_VALUE, Long.MAX_VALUE, 1_000, null);
    }

    public UsageQuery withAfter(UsageCursor cursor) {
        return new UsageQuery(tenant, keyId, sinceMillis, untilMillis, limit, cursor);
    }
}
