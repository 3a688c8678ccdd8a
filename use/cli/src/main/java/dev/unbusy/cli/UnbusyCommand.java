package dev.unbusy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unbusy} itself, which only has subcommands. */
@Command(
        name = "unbusy",
        resourceBundle = "dev.unbusy.cli.messages",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND")
final class UnbusyCommand implements Runnable {
    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            descriptionKey = "global.version")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean version;

    /** Before a command it means the same as after it: {@link OptionsBefore}. */
    @Option(names = "--json", descriptionKey = "global.json")
    @SuppressWarnings("unused") // OptionsBefore hands it on
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new UsageErrors.NoCommandException(spec);
    }
}
