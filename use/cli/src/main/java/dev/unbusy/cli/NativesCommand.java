package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.hub.NativeDirectory;
import dev.unbusy.hub.Platform;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy natives}, for scripts: prints the directory of the native libraries, fetching them if they are missing. */
@Command(name = "natives", hidden = true)
final class NativesCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    NativesCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        Logging.toStandardError(global.verbose);
        Config config = Settings.read(configFile);
        try (Hub hub = Hub.open(config.section(HubConfig.class), io.environment())) {
            Platform platform = Platform.current();
            NativeDirectory natives = hub.natives()
                    .ensure(platform, hub.natives().choose(platform, null).backend(), new ProgressPrinter(io));
            io.out().println(json ? ReadyJson.of(natives) : natives.path());
        }
        return ExitCodes.DONE;
    }
}
