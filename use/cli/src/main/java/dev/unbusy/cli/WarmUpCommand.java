package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.Gateway;
import dev.unbusy.gateway.GatewayConfig;
import dev.unbusy.http.HttpLimits;
import dev.unbusy.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code unbusy warm-up-classes}, for the launcher: walks the paths that a start takes, so that the start-up cache holds
 * their classes. Uses the loopback interface only.
 */
@Command(name = "warm-up-classes", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    WarmUpCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Logging.toStandardError(global.verbose);
        help();
        Config config = Settings.read(null).with("gateway.port", "0", "warm-up-classes");
        new RuntimeFiles(io.environment()).list();
        OwnProcess.javaCommand();
        try (Metrics metrics = new Metrics();
                Gateway gateway = Gateway.start(
                        config.section(GatewayConfig.class),
                        config.section(HttpLimits.class),
                        new Backends(),
                        metrics,
                        List::of);
                ServiceClient client = new ServiceClient(URI.create(gateway.url()), null)) {
            for (String path : List.of("/healthz", "/v1/models", "/metrics", "/admin/v1/status")) {
                io.err().println(path + " " + client.get(path).length());
            }
            io.err()
                    .println(client.post(
                                    "/v1/chat/completions",
                                    "{\"model\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")
                            .statusCode());
        }
        return ExitCodes.DONE;
    }

    private void help() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine root = Cli.commandLine(new Io(nowhere, nowhere, io.in(), io.environment(), io.lang(), false));
        root.execute("--help");
        root.getSubcommands().keySet().forEach(name -> root.execute(name, "--help"));
    }
}
