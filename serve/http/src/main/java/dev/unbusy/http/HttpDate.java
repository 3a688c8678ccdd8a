package dev.unbusy.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The {@code date} header's value (RFC 9110, section 5.6.7), formatted once a second. */
final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    // volatile: shared by event loops; the record is immutable, and two loops formatting the same second do no harm.
    private static volatile Formatted last = new Formatted(-1, "");

    private HttpDate() {}

    private record Formatted(long second, String text) {}

    static String at(long epochMillis) {
        long second = Math.floorDiv(epochMillis, 1000L);
        Formatted current = last;
        if (current.second != second) {
            current = new Formatted(
                    second, FORMAT.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
            last = current;
        }
        return current.text;
    }
}
