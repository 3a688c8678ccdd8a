package dev.unbusy.cli;

import java.util.Locale;

/** What one entry at the prompt means. */
sealed interface ChatInput {
    /** A turn for the model. */
    record Say(String text) implements ChatInput {}

    /** A word with a slash that is no command: a slip, which no model should answer. */
    record Unknown(String command) implements ChatInput {}

    enum Command implements ChatInput {
        NOTHING,
        HELP,
        CLEAR,
        EXIT
    }

    /** Only a single word can be a command: {@code /usr/bin} and {@code /clear the table} are turns. */
    static ChatInput of(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return Command.NOTHING;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "/help", "/?" -> Command.HELP;
            case "/clear" -> Command.CLEAR;
            case "/exit", "/quit" -> Command.EXIT;
            default -> text.matches("/[a-zA-Z]+") ? new Unknown(text) : new Say(line);
        };
    }
}
