package dev.unbusy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code unbusy keys}: API keys and their tenants; does nothing without one of its own commands. */
@Command(name = "keys", resourceBundle = "dev.unbusy.cli.messages", synopsisSubcommandLabel = "COMMAND")
final class KeysCommand implements Runnable {
    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

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
