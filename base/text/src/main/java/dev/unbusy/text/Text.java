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

    /**
     * Formats both sentences with the same arguments ({@link String#format}, {@link Locale#ROOT}); an argument that is
     * itself a {@code Text} enters each sentence in its language.
     */
    public static Text of(String en, String zh, Object... arguments) {
        return arguments.length == 0
                ? new Text(en, zh)
                : new Text(format(Lang.EN, en, arguments), format(Lang.ZH, zh, arguments));
    }

    private static String format(Lang lang, String sentence, Object[] arguments) {
        Object[] spoken = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            spoken[i] = arguments[i] instanceof Text text ? text.in(lang) : arguments[i];
        }
        return String.format(Locale.ROOT, sentence, spoken);
    }

    /**
     * A number with what it counts: {@code counted(1, "request", "requests", "个请求")} is "1 request", "1 个请求".
     *
     * @param one English singular
     * @param many English plural
     * @param zh measure word and noun
     */
    public static Text counted(long count, String one, String many, String zh) {
        return new Text(count + " " + (count == 1 ? one : many), count + " " + zh);
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
