package dev.unbusy.text;

import java.util.Locale;

/**
 * A sentence for people, in English and in Simplified Chinese. Both stand side by side in the code, so that a change to
 * one is seen to need the other. Logs and HTTP bodies, which programs read, carry the English one.
 *
 * @param en the English sentence
 * @param zh the same in Simplified Chinese
 */
public record Text(String en, String zh) {

    /** Formats both sentences with the same arguments ({@link String#format}, {@link Locale#ROOT}). */
    public static Text of(String en, String zh, Object... arguments) {
        return arguments.length == 0
                ? new Text(en, zh)
                : new Text(String.format(Locale.ROOT, en, arguments), String.format(Locale.ROOT, zh, arguments));
    }

    /** One string that reads the same in both languages: a path, a number, a name. */
    public static Text same(String text) {
        return new Text(text, text);
    }

    public String in(Lang lang) {
        return switch (lang) {
            case EN -> en;
            case ZH -> zh;
        };
    }
}
