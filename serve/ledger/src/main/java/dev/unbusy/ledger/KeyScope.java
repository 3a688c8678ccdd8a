package dev.unbusy.ledger;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key opens. Neither contains the other: a key that may do both has both. */
public enum KeyScope {
    /** Completions, models, the caller's own balance. */
    INFERENCE,
    /** Keys, usage of everybody, workers, settings. */
    ADMIN;

    /** As in JSON and on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String words(Set<KeyScope> scopes) {
        return scopes.stream().sorted().map(KeyScope::word).collect(Collectors.joining(","));
    }

    static Set<KeyScope> parse(String words) {
        Set<KeyScope> scopes = EnumSet.noneOf(KeyScope.class);
        for (String word : words.split(",")) {
            scopes.add(valueOf(word.toUpperCase(Locale.ROOT)));
        }
        return scopes;
    }
}
