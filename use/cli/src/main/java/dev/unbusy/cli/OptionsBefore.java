package dev.unbusy.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Makes {@code unbusy --json status} mean {@code unbusy status --json}, for the options that every command has. */
final class OptionsBefore {
    private static final Set<String> CARRIED = Set.of("--json", "--lang", "--verbose");

    private OptionsBefore() {}

    /**
     * Gives the last command what stands before it, unless it has the option itself.
     *
     * @throws UnmatchedArgumentException if it has no such option
     */
    static void carry(ParseResult root) {
        Map<String, Object> values = new LinkedHashMap<>();
        ParseResult level = root;
        while (level.hasSubcommand()) {
            for (OptionSpec option : level.matchedOptions()) {
                if (CARRIED.contains(option.longestName())) {
                    values.put(option.longestName(), option.getValue());
                }
            }
            level = level.subcommand();
        }
        for (Map.Entry<String, Object> given : values.entrySet()) {
            OptionSpec own = level.commandSpec().findOption(given.getKey());
            if (own == null) {
                throw new UnmatchedArgumentException(
                        level.commandSpec().commandLine(), java.util.List.of(given.getKey()));
            }
            if (!level.hasMatchedOption(own)) {
                own.setValue(given.getValue());
            }
        }
    }
}
