package dev.unbusy.cli;

import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** One command line: language first, since picocli picks its texts when the model is built; then commands, then errors. */
final class Cli {
    private Cli() {}

    static int run(
            String[] arguments, PrintStream out, PrintStream err, InputStream in, Map<String, String> environment) {
        Set<StandardStream> terminals = EnumSet.noneOf(StandardStream.class);
        for (StandardStream stream : StandardStream.values()) {
            if (stream.isTerminal(environment)) {
                terminals.add(stream);
            }
        }
        return run(arguments, new Io(out, err, in, environment, Lang.choose(null, environment), terminals));
    }

    /** @param io with the language that the environment asks for; {@code --lang} overrules it */
    static int run(String[] arguments, Io io) {
        String wish = option(arguments, "--lang");
        Lang lang;
        try {
            lang = wish == null ? io.lang() : Lang.choose(wish, io.environment());
        } catch (IllegalArgumentException e) {
            CliException wrong = CliException.usage(
                    Text.of(
                            "--lang is \"%s\"; it must be en or zh",
                            "--lang 的值为 \"%s\"，应为 en 或 zh", String.valueOf(wish)),
                    Text.of("Leave it out for the language of the locale.", "省略该选项则使用系统区域设置的语言。"));
            print(io, wrong);
            return ExitCodes.of(wrong);
        }
        return commandLine(io.in(lang), arguments).execute(arguments);
    }

    /** With every command, as help and references need it. */
    static CommandLine commandLine(Io io) {
        return commandLine(io, new String[0]);
    }

    /** With the one command that the arguments begin with: picocli reflects on each it is given, a tenth of a second for all. */
    private static CommandLine commandLine(Io io, String[] arguments) {
        Locale.setDefault(io.lang() == Lang.ZH ? Locale.SIMPLIFIED_CHINESE : Locale.ENGLISH);
        CommandLine root = new CommandLine(new UnbusyCommand());
        Map<String, Object> commands = commands(io);
        if (arguments.length > 0 && commands.containsKey(arguments[0])) {
            commands.keySet().retainAll(Set.of(arguments[0]));
        }
        commands.forEach(root::addSubcommand);
        root.setOut(writer(io.out()));
        root.setErr(writer(io.err()));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(100);
        root.setAdjustLineBreaksForWideCJKCharacters(true);
        // "@words" is text for a model, not a file of arguments.
        root.setExpandAtFiles(false);
        root.setExecutionStrategy(parsed -> {
            OptionsBefore.carry(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        root.setExecutionExceptionHandler((exception, command, parsed) -> failed(io, exception, command));
        root.setParameterExceptionHandler((exception, wrongArguments) -> {
            CliException wrong = UsageErrors.of(exception);
            print(io, wrong);
            return ExitCodes.of(wrong);
        });
        return root;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** By name, in the order of the help. */
    private static Map<String, Object> commands(Io io) {
        Map<String, Object> commands = new LinkedHashMap<>();
        commands.put("up", new UpCommand(io));
        commands.put("status", new StatusCommand(io));
        commands.put("restart", new RestartCommand(io));
        commands.put("why", new WhyCommand(io));
        commands.put("keys", keys(io));
        commands.put("usage", new UsageCommand(io));
        commands.put("chat", new ChatCommand(io));
        commands.put("pull", new PullCommand(io));
        commands.put("models", new ModelsCommand(io));
        commands.put("bench", new BenchCommand(io));
        commands.put("gateway", new GatewayRoleCommand(io));
        commands.put("worker", new WorkerRoleCommand(io));
        commands.put("natives", new NativesCommand(io));
        commands.put("warm-up-classes", new WarmUpCommand(io));
        return commands;
    }

    private static CommandLine keys(Io io) {
        return new CommandLine(new KeysCommand())
                .addSubcommand("create", new KeysCreateCommand(io))
                .addSubcommand("list", new KeysListCommand(io))
                .addSubcommand("rotate", new KeysRotateCommand(io))
                .addSubcommand("revoke", new KeysRevokeCommand(io))
                .addSubcommand("tenant", new KeysTenantCommand(io));
    }

    private static int failed(Io io, Exception exception, CommandLine command) {
        if (exception instanceof UserError error) {
            print(io, error);
            if (verbose(command)) {
                error.printStackTrace(io.err());
            }
            return ExitCodes.of(error);
        }
        if (exception instanceof InterruptedException) {
            return ExitCodes.FAILED;
        }
        io.say(Text.of("Unbusy met a defect of its own: %s", "Unbusy 内部出错：%s", exception));
        if (verbose(command)) {
            exception.printStackTrace(io.err());
        } else {
            io.say(Text.of(
                    "Run it again with --verbose for the details, and look into the log in %s.",
                    "请加上 --verbose 重新运行以查看详情，日志位于 %s。", Directories.logs(io.environment())));
        }
        return ExitCodes.FAILED;
    }

    static void print(Io io, UserError error) {
        io.say(error.text());
        if (!error.remedy().en().isEmpty()) {
            io.say(Text.of("What to do: %s", "怎么办：%s", error.remedy()));
        }
    }

    private static boolean verbose(CommandLine command) {
        OptionSpec option = command.getCommandSpec().findOption("--verbose");
        return option != null && Boolean.TRUE.equals(option.getValue());
    }

    /** The value of an option, wherever it stands, before picocli has parsed anything. */
    private static @Nullable String option(String[] arguments, String name) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(name + "=")) {
                return arguments[i].substring(name.length() + 1);
            }
            if (arguments[i].equals(name) && i + 1 < arguments.length) {
                return arguments[i + 1];
            }
        }
        return null;
    }
}
