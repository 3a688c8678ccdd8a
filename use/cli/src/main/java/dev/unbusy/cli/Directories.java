package dev.unbusy.cli;

import java.nio.file.Path;
import java.util.Map;

/** Where this user's files lie, by the XDG base directory rules: a relative path is invalid and ignored. */
final class Directories {
    private Directories() {}

    static Path logs(Map<String, String> environment) {
        return state(environment).resolve("logs");
    }

    /** What was entered in chats. */
    static Path chatHistory(Map<String, String> environment) {
        return state(environment).resolve("chat-history");
    }

    /** Keys and usage, a directory for each port. */
    static Path ledgers(Map<String, String> environment) {
        return state(environment).resolve("ledger");
    }

    /** Files about running services: gone after a reboot where the system has such a place. */
    static Path runtime(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return xdg.startsWith("/") ? Path.of(xdg, "unbusy") : state(environment).resolve("run");
    }

    private static Path state(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        return xdg.startsWith("/") ? Path.of(xdg, "unbusy") : home(environment).resolve(".local/state/unbusy");
    }

    private static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home", ".") : home);
    }
}
