package dev.unbusy.api;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The classes that a request may ask for in {@value #HEADER}; without one it is {@link #NORMAL}. */
public enum Priority {
    /** May wait as long as others have work. */
    BATCH(-1),
    NORMAL(0),
    /** Somebody is looking at the screen. */
    INTERACTIVE(1);

    /** The request's header, of clients and of gateways to workers. */
    public static final String HEADER = "x-unbusy-priority";

    private static final Map<String, Priority> BY_WORD =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Priority::word, Function.identity()));

    private final int level;

    Priority(int level) {
        this.level = level;
    }

    /**
     * @param word the header's value; null if there is none
     * @throws ApiException if it is none of the words
     */
    public static Priority of(@Nullable String word) {
        Priority priority = word == null ? NORMAL : BY_WORD.get(word);
        if (priority == null) {
            throw ApiError.badHeader(HEADER, "must be interactive, normal or batch")
                    .exception();
        }
        return priority;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Higher comes first. */
    public int level() {
        return level;
    }
}
