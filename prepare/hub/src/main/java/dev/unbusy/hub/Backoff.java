package dev.unbusy.hub;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How long to wait before another attempt. Pure. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private Backoff() {}

    /**
     * Doubles with every failure, between half and all of the full step, so that many clients do not return together.
     *
     * @param failures how many attempts in a row have failed, from 1
     * @param random a number from 0 up to 1
     */
    static Duration after(int failures, double random) {
        double full = FIRST.toMillis() * Math.pow(2, Math.min(20, failures - 1));
        return Duration.ofMillis(Math.round(Math.min(full, (double) LONGEST.toMillis()) * (0.5 + random / 2)));
    }

    /** What a {@code Retry-After} header asks for (seconds, or a date), or null if it is missing or makes no sense. */
    static @Nullable Duration retryAfter(@Nullable String header, Instant now) {
        if (header == null) {
            return null;
        }
        String text = header.strip();
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Duration until = Duration.between(
                    now,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
