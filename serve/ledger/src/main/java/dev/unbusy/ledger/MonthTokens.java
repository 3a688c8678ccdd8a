package dev.unbusy.ledger;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The tokens that each key has used in the newest calendar month (UTC), for budgets. Thread-safe; a lock is taken only when a month begins. A request
 * counts for the month in which it started; one from a month before the newest changes nothing here any more.
 */
final class MonthTokens {
    private record Month(long fromMillis, long untilMillis, ConcurrentHashMap<String, LongAdder> byKey) {
        static Month of(long atMillis) {
            YearMonth month = YearMonth.from(Instant.ofEpochMilli(atMillis).atOffset(ZoneOffset.UTC));
            return new Month(millis(month), millis(month.plusMonths(1)), new ConcurrentHashMap<>());
        }

        private static long millis(YearMonth month) {
            return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        }
    }

    // Read without the lock: a month is complete when it is put here.
    private volatile Month newest;

    /** @param used by key, in the month of {@code nowMillis} until now */
    MonthTokens(long nowMillis, Map<String, Long> used) {
        Month month = Month.of(nowMillis);
        used.forEach((key, tokens) -> add(month, key, tokens));
        this.newest = month;
    }

    void add(String keyId, long startedAtMillis, long tokens) {
        Month month = at(startedAtMillis);
        if (startedAtMillis >= month.fromMillis()) {
            add(month, keyId, tokens);
        }
    }

    /** In the month of {@code nowMillis}, or the newest one. */
    long used(String keyId, long nowMillis) {
        LongAdder tokens = at(nowMillis).byKey().get(keyId);
        return tokens == null ? 0 : tokens.sum();
    }

    private Month at(long millis) {
        Month month = newest;
        return millis < month.untilMillis() ? month : turn(millis);
    }

    private synchronized Month turn(long millis) {
        if (millis >= newest.untilMillis()) {
            newest = Month.of(millis);
        }
        return newest;
    }

    private static void add(Month month, String keyId, long tokens) {
        LongAdder adder = month.byKey().get(keyId);
        if (adder == null) {
            adder = month.byKey().computeIfAbsent(keyId, id -> new LongAdder());
        }
        adder.add(tokens);
    }
}
