package dev.unbusy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command has. */
final class GlobalOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            descriptionKey = "global.help")
    boolean help;

    /** Read by {@link Cli} before picocli runs; here so that it is known and listed. */
    @Option(names = "--lang", paramLabel = "en|zh", descriptionKey = "global.lang")
    @Nullable
    String lang;

    @Option(names = "--verbose", descriptionKey = "global.verbose")
    boolean verbose;
}
