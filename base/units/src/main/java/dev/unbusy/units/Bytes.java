package dev.unbusy.units;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory, disk or traffic in bytes, never negative.
 *
 * @param count number of bytes
 */
public record Bytes(long count) implements Comparable<Bytes> {
    private static final Pattern SYNTAX =
            Pattern.compile("\\s*(\\d+(?:\\.\\d+)?)\\s*([kmgtp]?)(i?)b?\\s*", Pattern.CASE_INSENSITIVE);
    private static final String PREFIXES = "kmgtp";

    public static final Bytes ZERO = new Bytes(0);

    public Bytes {
        if (count < 0) {
            throw new IllegalArgumentException("bytes must not be negative: " + count);
        }
    }

    public static Bytes mebi(long count) {
        return new Bytes(Math.multiplyExact(count, 1L << 20));
    }

    public static Bytes gibi(long count) {
        return new Bytes(Math.multiplyExact(count, 1L << 30));
    }

    /**
     * Reads {@code 512}, {@code 1.5GB} (powers of 1000) or {@code 4GiB} (powers of 1024); case does not matter.
     *
     * @throws IllegalArgumentException if the text is not of that form or does not fit
     */
    public static Bytes parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a size; write for instance 512MiB or 4GB");
        }
        int power = matcher.group(2).isEmpty()
                ? 0
                : PREFIXES.indexOf(Character.toLowerCase(matcher.group(2).charAt(0))) + 1;
        double factor = Math.pow(matcher.group(3).isEmpty() ? 1000 : 1024, power);
        double value = Double.parseDouble(matcher.group(1)) * factor;
        if (value >= Long.MAX_VALUE) {
            throw new IllegalArgumentException("\"" + text + "\" is larger than 8 EiB");
        }
        return new Bytes(Math.round(value));
    }

    public Bytes plus(Bytes other) {
        return new Bytes(Math.addExact(count, other.count));
    }

    /** Zero where {@code other} is larger. */
    public Bytes minus(Bytes other) {
        return new Bytes(Math.max(0, count - other.count));
    }

    @Override
    public int compareTo(Bytes other) {
        return Long.compare(count, other.count);
    }

    /** For people: the largest unit of 1000 that leaves at least one, {@code 4.7 GB}. */
    @Override
    public String toString() {
        if (count < 1000) {
            return count + " B";
        }
        double value = count;
        int power = -1;
        while (value >= 999.95 && power < PREFIXES.length() - 1) {
            value /= 1000;
            power++;
        }
        return String.format(Locale.ROOT, "%.1f %sB", value, "kMGTP".charAt(power));
    }
}
