package dev.unbusy.text;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A language that people are spoken to in. */
public enum Lang {
    EN,
    ZH;

    /**
     * The language to speak: the option {@code --lang} if given, else the locale variables in the order that POSIX gives
     * them ({@code LC_ALL}, {@code LC_MESSAGES}, {@code LANG}).
     *
     * @param option {@code "en"}, {@code "zh"}, a longer tag of one of them ({@code zh_CN.UTF-8}), or null
     * @throws IllegalArgumentException if the option names another language
     */
    public static Lang choose(@Nullable String option, Map<String, String> environment) {
        if (option != null) {
            String tag = option.toLowerCase(Locale.ROOT);
            if (tag.startsWith("zh")) {
                return ZH;
            }
            if (tag.startsWith("en")) {
                return EN;
            }
            throw new IllegalArgumentException("--lang is \"" + option + "\"; use en or zh");
        }
        for (String variable : new String[] {"LC_ALL", "LC_MESSAGES", "LANG"}) {
            String value = environment.get(variable);
            if (value != null && !value.isEmpty()) {
                return value.toLowerCase(Locale.ROOT).startsWith("zh") ? ZH : EN;
            }
        }
        return EN;
    }
}
