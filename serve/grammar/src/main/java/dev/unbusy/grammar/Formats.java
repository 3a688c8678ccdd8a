package dev.unbusy.grammar;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The values of JSON Schema's {@code format} that are enforced, each as the set of its texts. Where a format's standard
 * leaves room, the set is the part that validators agree on.
 *
 * <ul>
 *   <li>{@code date}, {@code time}, {@code date-time}: RFC 3339, with each month's own length and leap years; a leap
 *       second only as 23:59:60 in UTC, a fraction of at most nine digits, an offset below 18 hours (Java
 *       takes no more) and not −00:00 (ISO 8601 forbids it).
 *   <li>{@code duration}: RFC 3339 appendix A, up to nine digits a number.
 *   <li>{@code hostname}: RFC 1123, at most 253 characters, no label with {@code --} in its third and fourth place (those
 *       are encodings that would have to be valid in turn).
 *   <li>{@code email}: RFC 5321 with an unquoted local part of at most 64 characters and a host name.
 *   <li>{@code ipv4}, {@code ipv6} (RFC 4291 section 2.2, without zone), {@code uuid} (RFC 4122).
 *   <li>{@code uri}: RFC 3986 with an absolute scheme, no user information and a host name or IPv4 address.
 * </ul>
 */
final class Formats {
    private static final String YEAR = "[0-9]{4}";
    private static final String LEAP_YEAR =
            "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private static final String DATE = "(?:" + YEAR + "-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + LEAP_YEAR + "-02-29)";
    private static final String TIME = "(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?"
            + "(?:Z|[+](?:0[0-9]|1[0-7]):[0-5][0-9]|-(?:0[1-9]|1[0-7]):[0-5][0-9]|-00:(?:0[1-9]|[1-5][0-9]))|23:59:60(?:\\.[0-9]{1,9})?Z)";
    private static final String N = "[0-9]{1,9}";
    private static final String DURATION_TIME =
            "T(?:" + N + "H(?:" + N + "M(?:" + N + "S)?)?|" + N + "M(?:" + N + "S)?|" + N + "S)";
    private static final String DURATION = "P(?:" + N + "W|(?:" + N + "Y(?:" + N + "M(?:" + N + "D)?)?|" + N + "M(?:"
            + N + "D)?|" + N + "D)(?:" + DURATION_TIME + ")?|" + DURATION_TIME + ")";
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String H = "[0-9a-fA-F]{1,4}";
    private static final String LAST_32 = "(?:" + H + ":" + H + "|" + IPV4 + ")";
    private static final String IPV6 = "(?:(?:" + H + ":){6}" + LAST_32
            + "|::(?:" + H + ":){5}" + LAST_32
            + "|(?:" + H + ")?::(?:" + H + ":){4}" + LAST_32
            + "|(?:(?:" + H + ":){0,1}" + H + ")?::(?:" + H + ":){3}" + LAST_32
            + "|(?:(?:" + H + ":){0,2}" + H + ")?::(?:" + H + ":){2}" + LAST_32
            + "|(?:(?:" + H + ":){0,3}" + H + ")?::" + H + ":" + LAST_32
            + "|(?:(?:" + H + ":){0,4}" + H + ")?::" + LAST_32
            + "|(?:(?:" + H + ":){0,5}" + H + ")?::" + H
            + "|(?:(?:" + H + ":){0,6}" + H + ")?::)";
    private static final String HEX = "[0-9a-fA-F]";
    private static final String UUID = HEX + "{8}-" + HEX + "{4}-" + HEX + "{4}-" + HEX + "{4}-" + HEX + "{12}";
    private static final String LABEL_END = "[0-9A-Za-z]";
    /** At most 63 characters, a hyphen neither first nor last nor third and fourth together. */
    private static final String LABEL = "(?:" + LABEL_END + "{1,2}|" + LABEL_END + "[0-9A-Za-z-]" + LABEL_END + "|"
            + LABEL_END + "[0-9A-Za-z-](?:" + LABEL_END + "[0-9A-Za-z-]|-" + LABEL_END + ")[0-9A-Za-z-]{0,58}"
            + LABEL_END + "|" + LABEL_END + "[0-9A-Za-z-]{2}" + LABEL_END + ")";

    private static final String HOSTNAME = LABEL + "(?:\\." + LABEL + ")*";
    private static final String ATOM = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+";
    private static final String LOCAL = ATOM + "(?:\\." + ATOM + ")*";
    private static final String PCHAR = "(?:[0-9A-Za-z._~!$&'()*+,;=:@-]|%" + HEX + "{2})";
    private static final String PATH = "(?:/" + PCHAR + "*)*";
    private static final String URI = "[A-Za-z][0-9A-Za-z+.-]*:(?://" + LABEL_END + "(?:[0-9A-Za-z-]*" + LABEL_END
            + ")?(?:\\." + LABEL_END + "(?:[0-9A-Za-z-]*" + LABEL_END + ")?)*(?::[0-9]{1,4})?" + PATH + "|/(?:" + PCHAR
            + "+" + PATH + ")?|" + PCHAR + "+" + PATH + ")(?:\\?(?:" + PCHAR + "|[/?])*)?(?:#(?:" + PCHAR + "|[/?])*)?";

    private static final Map<String, String> PLAIN = Map.of(
            "date", DATE,
            "time", TIME,
            "date-time", DATE + "T" + TIME,
            "duration", DURATION,
            "ipv4", IPV4,
            "ipv6", IPV6,
            "uuid", UUID,
            "uri", URI);

    private Formats() {}

    static Set<String> names() {
        Set<String> names = new TreeSet<>(PLAIN.keySet());
        names.add("email");
        names.add("hostname");
        return names;
    }

    /** The texts of a format, or null if it is not one of {@link #names}. */
    static @Nullable CharDfa of(String name, Budget budget) {
        String plain = PLAIN.get(name);
        if (plain != null) {
            return PatternCompiler.whole(plain, budget);
        }
        return switch (name) {
            case "hostname" -> PatternCompiler.whole(HOSTNAME, budget).ofLength(1, 253, budget);
            case "email" ->
                PatternCompiler.whole("[^@]{1,64}@[^@]{1,253}", budget)
                        .and(PatternCompiler.whole(LOCAL + "@" + HOSTNAME, budget), budget);
            default -> null;
        };
    }
}
