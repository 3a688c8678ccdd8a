package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time and durations on the command line: {@code 7d}, {@code 2026-11-29} (UTC), {@code 2026-11-29T08:00:00Z}. */
final class TimeOption {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})([smhd])");

    private TimeOption() {}

    static Duration duration(String option, String text) {
        Matcher form = DURATION.matcher(text);
        if (!form.matches()) {
            throw wrong(option, text);
        }
        long count = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    /** A duration counts back from now. */
    static Instant past(String option, String text) {
        return DURATION.matcher(text).matches() ? Instant.now().minus(duration(option, text)) : instant(option, text);
    }

    /** A duration counts on from now. */
    static Instant future(String option, String text) {
        return DURATION.matcher(text).matches() ? Instant.now().plus(duration(option, text)) : instant(option, text);
    }

    private static Instant instant(String option, String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw wrong(option, text);
        }
    }

    private static CliException wrong(String option, String text) {
        return CliException.usage(
                Text.of("%s is \"%s\"", "%s 的值为“%s”", option, text),
                Text.of(
                        "Write a duration (90s, 15m, 24h, 7d); for points in time also a day (2026-11-29, UTC) or an instant"
                                + " (2026-11-29T08:00:00Z).",
                        "请填写时长（90s、15m、24h、7d）；时间点也可写日期（2026-11-29，UTC）或时刻（2026-11-29T08:00:00Z）。"));
    }
}
