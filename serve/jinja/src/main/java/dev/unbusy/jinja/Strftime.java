package dev.unbusy.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** {@code datetime.strftime} on Linux in the C locale, with glibc's flags {@code - _ 0 ^}. */
final class Strftime {
    private Strftime() {}

    static String format(String format, LocalDateTime time) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            char flag = 0;
            while (i < format.length() && "-_0^".indexOf(format.charAt(i)) >= 0) {
                flag = format.charAt(i++);
            }
            if (i == format.length()) {
                throw EvalError.unsupported("strftime_now format " + Repr.quote(format));
            }
            out.append(field(format.charAt(i++), flag, time, format));
        }
        return out.toString();
    }

    private static String field(char letter, char flag, LocalDateTime t, String format) {
        int hour12 = t.getHour() % 12 == 0 ? 12 : t.getHour() % 12;
        return switch (letter) {
            case 'Y' -> pad(t.getYear(), flag, 1, '0');
            case 'C' -> pad(t.getYear() / 100, flag, 2, '0');
            case 'y' -> pad(t.getYear() % 100, flag, 2, '0');
            case 'm' -> pad(t.getMonthValue(), flag, 2, '0');
            case 'd' -> pad(t.getDayOfMonth(), flag, 2, '0');
            case 'e' -> pad(t.getDayOfMonth(), flag, 2, ' ');
            case 'H' -> pad(t.getHour(), flag, 2, '0');
            case 'k' -> pad(t.getHour(), flag, 2, ' ');
            case 'I' -> pad(hour12, flag, 2, '0');
            case 'l' -> pad(hour12, flag, 2, ' ');
            case 'M' -> pad(t.getMinute(), flag, 2, '0');
            case 'S' -> pad(t.getSecond(), flag, 2, '0');
            case 'j' -> pad(t.getDayOfYear(), flag, 3, '0');
            case 'f' -> String.format(Locale.ROOT, "%06d", t.getNano() / 1000);
            case 'u' -> pad(t.getDayOfWeek().getValue(), flag, 1, '0');
            case 'w' -> pad(t.getDayOfWeek().getValue() % 7, flag, 1, '0');
            case 'G' -> pad(t.get(IsoFields.WEEK_BASED_YEAR), flag, 1, '0');
            case 'V' -> pad(t.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), flag, 2, '0');
            case 'U' -> pad((t.getDayOfYear() + 6 - t.getDayOfWeek().getValue() % 7) / 7, flag, 2, '0');
            case 'W' -> pad((t.getDayOfYear() + 6 - (t.getDayOfWeek().getValue() + 6) % 7) / 7, flag, 2, '0');
            case 'a' -> name(t.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH), flag);
            case 'A' -> name(t.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH), flag);
            case 'b', 'h' ->
                name(t.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3), flag);
            case 'B' -> name(t.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH), flag);
            case 'p' -> t.get(ChronoField.AMPM_OF_DAY) == 0 ? "AM" : "PM";
            case 'P' -> t.get(ChronoField.AMPM_OF_DAY) == 0 ? "am" : "pm";
            case 'D', 'x' -> format("%m/%d/%y", t);
            case 'F' -> format("%Y-%m-%d", t);
            case 'T', 'X' -> format("%H:%M:%S", t);
            case 'R' -> format("%H:%M", t);
            case 'r' -> format("%I:%M:%S %p", t);
            case 'c' -> format("%a %b %e %H:%M:%S %Y", t);
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'Z', 'z' -> "";
            case '%' -> "%";
            default -> throw EvalError.unsupported("strftime_now format " + Repr.quote(format));
        };
    }

    private static String pad(int value, char flag, int width, char padding) {
        String digits = Integer.toString(value);
        char fill = flag == '_' ? ' ' : flag == '0' ? '0' : padding;
        return flag == '-' ? digits : String.valueOf(fill).repeat(Math.max(0, width - digits.length())) + digits;
    }

    private static String name(String name, char flag) {
        return flag == '^' ? name.toUpperCase(Locale.ROOT) : name;
    }
}
