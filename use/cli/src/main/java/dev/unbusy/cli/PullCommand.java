package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.hub.Hub;
import dev.unbusy.hub.HubConfig;
import dev.unbusy.hub.ModelPuller;
import dev.unbusy.hub.PullOptions;
import dev.unbusy.hub.Pulled;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unbusy pull MODEL}: fetches a model into the store. */
@Command(name = "pull")
final class PullCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Parameters(index = "0", paramLabel = "MODEL", descriptionKey = "pull.name")
    @SuppressWarnings("NullAway.Init") // required: picocli sets it
    private String name;

    @Option(names = "--again", descriptionKey = "pull.again")
    private boolean again;

    @Option(names = "--path", descriptionKey = "pull.path")
    private boolean path;

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    PullCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Logging.toStandardError(global.verbose);
        Config config = Settings.read(configFile);
        try (Hub hub = Hub.open(config.section(HubConfig.class), io.environment())) {
            ModelPuller puller = hub.puller();
            PullOptions options = new PullOptions(PullOptions.DEFAULT.weightMemory(), again);
            Pulled pulled = puller.pull(puller.reference(name), options, new ProgressPrinter(io));
            io.say(pulled.choice());
            if (path) {
                io.out().println(pulled.model().file());
            } else if (json) {
                io.out().println(ModelsJson.of(List.of(pulled.model()), null));
            } else {
                io.say(Text.of(
                        "%s lies at %s",
                        "%s 位于 %s", pulled.model().id(), pulled.model().file()));
            }
        }
        return ExitCodes.DONE;
    }
}
