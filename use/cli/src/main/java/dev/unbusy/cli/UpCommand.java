package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unbusy up}: gateway, supervisor and workers on this machine, until it is told to stop. */
@Command(name = "up")
final class UpCommand implements Callable<Integer> {
    private static final int MOST_WORKERS = 256; // as the configuration allows
    private static final int LEAST_CONTEXT = 64; // a chat template and one word

    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", descriptionKey = "up.name")
    private @Nullable String name;

    @Option(names = "--model", paramLabel = "FILE", descriptionKey = "up.model")
    private @Nullable Path model;

    @Option(names = "--port", paramLabel = "N", descriptionKey = "up.port")
    private @Nullable Integer port;

    @Option(names = "--host", paramLabel = "ADDRESS", descriptionKey = "up.host")
    private @Nullable String host;

    @Option(names = "--workers", paramLabel = "N", descriptionKey = "up.workers")
    private @Nullable Integer workers;

    @Option(names = "--ctx", paramLabel = "N", descriptionKey = "up.ctx")
    private @Nullable Integer contextTokens;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    @Option(names = "--json", descriptionKey = "ready.json")
    private boolean json;

    UpCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws InterruptedException {
        notBlank("--model", model == null ? null : model.toString());
        notBlank("--config", configFile == null ? null : configFile.toString());
        within("--port", port, 0, 65_535);
        within("--workers", workers, 1, MOST_WORKERS);
        within("--ctx", contextTokens, LEAST_CONTEXT, Integer.MAX_VALUE);
        ModelWish wish = ModelWish.of(name, model);
        Config config = Settings.read(configFile);
        config = Settings.with(config, "gateway.port", port, "--port");
        config = Settings.with(config, "gateway.host", host, "--host");
        config = Settings.with(config, "supervisor.workers", workers, "--workers");
        return new Service(io, config, configFile, wish, contextTokens, global.verbose, json).run();
    }

    private static void within(String option, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw CliException.usage(
                    Text.of(
                            "%s is %d; it must be from %d to %d",
                            "%s 的值为 %d，应在 %d 到 %d 之间", option, value, least, most),
                    Text.of("Leave it out for the usual one.", "省略该选项则使用默认值。"));
        }
    }

    private static void notBlank(String option, @Nullable String value) {
        if (value != null && value.isBlank()) {
            throw CliException.usage(
                    Text.of("%s is empty; it must be a file", "%s 的值为空，应为文件", option),
                    Text.of("Name a file, or leave the option out.", "请指定文件，或省略该选项。"));
        }
    }
}
