package dev.unbusy.cli;

import dev.unbusy.config.Config;
import dev.unbusy.gateway.Backends;
import dev.unbusy.gateway.Gateway;
import dev.unbusy.gateway.GatewayOptions;
import dev.unbusy.gateway.LocalToken;
import dev.unbusy.gateway.Workers;
import dev.unbusy.ledger.KeySpec;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.metrics.Metrics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code unbusy warm-up-classes ROLE}, for the launcher: walks the paths that a start of this role takes, so that the role's
 * start-up cache holds their classes and how their methods behave (JEP 515): the first answers then run compiled. Each role has
 * a cache of its own, because the JVM relocates all of a cache at every start, used or not: {@code --help} took twice as long
 * with the service's cache. Uses the loopback interface only.
 */
@Command(name = "warm-up-classes", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
    /** What is started: a command that answers and ends, or a service. */
    enum Role {
        COMMAND,
        SERVICE
    }

    private final Io io;

    @Parameters(paramLabel = "ROLE", descriptionKey = "warm-up-classes.role", arity = "0..1")
    private Role role = Role.SERVICE;

    @Mixin
    private GlobalOptions global = new GlobalOptions();

    WarmUpCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Logging.toStandardError(global.verbose);
        help();
        if (role == Role.COMMAND) {
            edit();
            ask();
        } else {
            serve();
        }
        return ExitCodes.DONE;
    }

    private void serve() throws Exception {
        io.err().println("classes of a worker: " + loadOwnClasses());
        Config config = Settings.read(null).with("gateway.port", "0", "warm-up-classes");
        new RuntimeFiles(io.environment()).list();
        OwnProcess.javaCommand();
        Backends backends = new Backends();
        LocalToken token = LocalToken.draw();
        try (Metrics metrics = new Metrics();
                LedgerHome home = LedgerHome.of(config, io.environment());
                Ledger ledger = home.open();
                Gateway gateway = Gateway.start(
                        GatewayOptions.of(config), backends, ledger, token, metrics, Workers.ofOthers(backends));
                ServiceClient client = new ServiceClient(URI.create(gateway.url()), token.text(), null)) {
            ledger.createKey(KeySpec.inference("warm-up"), "warm-up");
            for (String path : List.of("/healthz", "/v1/models", "/metrics", "/admin/v1/status", "/admin/v1/usage")) {
                io.err().println(path + " " + client.get(path).length());
            }
            RelayRehearsal.run(backends, client);
        }
    }

    /**
     * Loads every class of this product: a worker cannot run here, since the first build has neither natives nor a model.
     *
     * @return how many there are
     */
    private static int loadOwnClasses() throws IOException, ClassNotFoundException {
        int count = 0;
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!Path.of(path).getFileName().toString().startsWith("dev.unbusy.")) {
                continue;
            }
            try (JarFile jar = new JarFile(path)) {
                for (String name : jar.stream().map(JarEntry::getName).toList()) {
                    if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                        Class.forName(
                                name.substring(0, name.length() - ".class".length())
                                        .replace('/', '.'),
                                false,
                                WarmUpCommand.class.getClassLoader());
                        count++;
                    }
                }
            }
        }
        return count;
    }

    /** What status, models and chat do where nothing runs. */
    private void ask() throws InterruptedException {
        new RuntimeFiles(io.environment()).list();
        try (ServiceClient client = new ServiceClient(URI.create("http://127.0.0.1:9"), null, null)) {
            io.err().println(client.get("/healthz"));
        } catch (RuntimeException e) {
            io.err().println("as expected: " + e); // the discard port: nobody answers
        }
    }

    /** One line typed at a prompt, so that a chat has its prompt quickly. */
    private void edit() {
        Path nowhere = Path.of("/dev/null/chat-history");
        InputStream typed = new ByteArrayInputStream("warm-up\r".getBytes(StandardCharsets.UTF_8));
        try (EditedLines lines = EditedLines.onStreams(
                io, new ChatHistory(nowhere, problem -> {}), typed, OutputStream.nullOutputStream())) {
            TerminalProvider ffm = TerminalProvider.load(TerminalBuilder.PROP_PROVIDER_FFM);
            io.err().println("edited " + lines.next() + ", terminal " + ffm.isSystemStream(SystemStream.Error));
        } catch (IOException | RuntimeException | LinkageError e) {
            io.err().println("no line editor here: " + e); // costs a chat some tenths of a second, nothing else
        }
    }

    private void help() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine root = Cli.commandLine(new Io(nowhere, nowhere, io.in(), io.environment(), io.lang(), Set.of()));
        root.execute("--help");
        root.getSubcommands().keySet().forEach(name -> root.execute(name, "--help"));
    }
}
