package dev.unbusy.cli;

import dev.unbusy.config.Config;
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
    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", descriptionKey = "up.name")
    private @Nullable String name;

    @Option(names = "--model", paramLabel = "FILE", descriptionKey = "up.model")
    private @Nullable Path model;

    @Option(names = "--port", paramLabel = "N", descriptionKey = "up.port")
    private @Nullable String port;

    @Option(names = "--host", paramLabel = "ADDRESS", descriptionKey = "up.host")
    private @Nullable String host;

    @Option(names = "--workers", paramLabel = "N", descriptionKey = "up.workers")
    private @Nullable String workers;

    @Option(names = "--ctx", paramLabel = "N", descriptionKey = "up.ctx")
    private @Nullable Integer contextTokens;

    @Option(names = "--config", paramLabel = "FILE", descriptionKey = "up.config")
    private @Nullable Path configFile;

    UpCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws InterruptedException {
        ModelWish wish = ModelWish.of(name, model);
        Config config = Settings.read(configFile);
        config = with(config, "gateway.port", port, "--port");
        config = with(config, "gateway.host", host, "--host");
        config = with(config, "supervisor.workers", workers, "--workers");
        if (contextTokens != null && contextTokens < 64) {
            throw new CliException(
                    "usage",
                    dev.unbusy.text.Text.of(
                            "--ctx is %d; it must be at least 64", "--ctx 的值为 %d，不能小于 64", contextTokens),
                    dev.unbusy.text.Text.of("Leave it out for a fitting one.", "省略该选项即可自动选择合适的值。"));
        }
        return new Service(io, config, configFile, wish, contextTokens, global.verbose).run();
    }

    private static Config with(Config config, String path, @Nullable String value, String option) {
        return value == null ? config : config.with(path, value, option);
    }
}
