package dev.unbusy.cli;

import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** One command line: language first, since picocli picks its texts when the model is built; then commands, then errors. */
final class Cli {
    private Cli() {}

    static int run(
            String[] arguments, PrintStream out, PrintStream err, InputStream in, Map<String, String> environment) {
        Lang lang;
        try {
            lang = Lang.choose(option(arguments, "--lang"), environment);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return ExitCodes.WRONG;
        }
        Io io = new Io(out, err, in, environment, lang, StandardError.isTerminal(environment));
        return commandLine(io).execute(arguments);
    }

    static CommandLine commandLine(Io io) {
        Locale.setDefault(io.lang() == Lang.ZH ? Locale.SIMPLIFIED_CHINESE : Locale.ENGLISH);
        CommandLine root = new CommandLine(new UnbusyCommand());
        commands(io).forEach(root::addSubcommand);
        root.setOut(writer(io.out()));
        root.setErr(writer(io.err()));
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(100);
        root.setAdjustLineBreaksForWideCJKCharacters(true);
        root.setExecutionExceptionHandler((exception, command, parsed) -> failed(io, exception, command));
        root.setParameterExceptionHandler((exception, arguments) -> {
            io.err().println(wrong(exception).in(io.lang()));
            CommandLine.UnmatchedArgumentException.printSuggestions(exception, writer(io.err()));
            io.say(Text.of(
                    "What is allowed: %s --help",
                    "查看可用的命令和选项：%s --help",
                    exception.getCommandLine().getCommandSpec().qualifiedName()));
            return ExitCodes.WRONG;
        });
        return root;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static List<Object> commands(Io io) {
        return List.of(
                new UpCommand(io),
                new StatusCommand(io),
                new ChatCommand(io),
                new PullCommand(io),
                new ModelsCommand(io),
                new BenchCommand(io),
                new WorkerRoleCommand(io),
                new NativesCommand(io),
                new WarmUpCommand(io));
    }

    private static Text wrong(CommandLine.ParameterException exception) {
        String message = String.valueOf(exception.getMessage());
        return switch (exception) {
            case CommandLine.UnmatchedArgumentException unmatched ->
                Text.of(message, "无法识别的参数：" + String.join(" ", unmatched.getUnmatched()));
            case CommandLine.MissingParameterException missing -> new Text(message, "缺少参数：" + message);
            default -> new Text(message, "命令行有误：" + message);
        };
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
        return command.getParseResult() != null && command.getParseResult().hasMatchedOption("--verbose");
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
