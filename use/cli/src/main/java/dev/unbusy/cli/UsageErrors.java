package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, said from the parser's data: its own sentences are English only. Pure. */
final class UsageErrors {
    private static final int LONGEST_NAME = 50;

    private UsageErrors() {}

    static CliException of(ParameterException error) {
        return new CliException("usage", text(error), remedy(error), error);
    }

    private static Text text(ParameterException error) {
        return switch (error) {
            case NoCommandException none -> Text.of("A command is missing", "缺少命令");
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case MissingParameterException missing -> missing(missing.getMissing());
            case OverwrittenOptionException twice ->
                Text.of("%s is given more than once", "%s 重复指定", name(twice.getOverwritten()));
            case MaxValuesExceededException many ->
                Text.of("Too many values: %s", "参数过多：%s", String.valueOf(many.getMessage()));
            default ->
                error.getArgSpec() == null
                        ? Text.of("The command line is wrong: %s", "命令行有误：%s", String.valueOf(error.getMessage()))
                        : badValue(error.getArgSpec(), error.getValue());
        };
    }

    private static Text unmatched(UnmatchedArgumentException error) {
        String first = error.getUnmatched().getFirst();
        CommandSpec command = error.getCommandLine().getCommandSpec();
        if (error.isUnknownOption()) {
            return Text.of("%s has no option %s", "%s 没有选项 %s", command.qualifiedName(), first);
        }
        if (!command.subcommands().isEmpty()) {
            return Text.of("There is no command \"%s\"", "没有名为 \"%s\" 的命令", first);
        }
        String rest = error.getUnmatched().stream()
                .map(argument -> '"' + argument + '"')
                .collect(Collectors.joining(" "));
        return Text.of("%s has no use for %s", "%s 不接受多余的参数 %s", command.qualifiedName(), rest);
    }

    private static Text missing(List<ArgSpec> missing) {
        String labels = missing.stream().map(UsageErrors::label).collect(Collectors.joining(", "));
        boolean value = missing.getFirst() instanceof OptionSpec option && !option.required();
        return value
                ? Text.of("%s: the value is missing", "%s：缺少取值", labels)
                : Text.of("%s is missing", "缺少 %s", labels);
    }

    private static Text badValue(ArgSpec argument, Object value) {
        return Text.of(
                "%s is \"%s\"; it must be %s", "%s 的值为 \"%s\"，应为%s", name(argument), value, wanted(argument.type()));
    }

    private static Text wanted(Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return Text.of("a whole number up to %d", "不超过 %d 的整数", Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return Text.of("a whole number", "整数");
        }
        if (type == double.class || type == Double.class) {
            return Text.of("a number", "数字");
        }
        if (type == boolean.class || type == Boolean.class) {
            return Text.of("true or false, or left out", " true 或 false，也可省略");
        }
        if (type == Path.class) {
            return Text.of("a path", "路径");
        }
        return Text.of("a %s", " %s", type.getSimpleName());
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    /** As the help shows it: {@code --port N}, {@code MODEL}. */
    private static String label(ArgSpec argument) {
        boolean value = argument instanceof OptionSpec option && option.arity().max() > 0;
        return value ? name(argument) + " " + argument.paramLabel() : name(argument);
    }

    private static Text remedy(ParameterException error) {
        String help = error.getCommandLine().getCommandSpec().qualifiedName() + " --help";
        List<String> near = error instanceof UnmatchedArgumentException unmatched ? near(unmatched) : List.of();
        return near.isEmpty()
                ? Text.of("`%s` lists what there is.", "用 `%s` 查看可用的命令和选项。", help)
                : Text.of(
                        "Perhaps %s is meant; `%s` lists what there is.",
                        "是否想输入 %s？用 `%s` 查看可用的命令和选项。", String.join(", ", near), help);
    }

    /** What differs from the first argument by a slip or two. */
    private static List<String> near(UnmatchedArgumentException error) {
        CommandSpec command = error.getCommandLine().getCommandSpec();
        String first = error.getUnmatched().getFirst();
        String given = first.substring(0, Math.min(first.length(), LONGEST_NAME)); // it may be a whole file's text
        Stream<String> names = error.isUnknownOption()
                ? command.options().stream()
                        .filter(option -> !option.hidden())
                        .flatMap(option -> Arrays.stream(option.names()))
                : command.subcommands().entrySet().stream()
                        .filter(sub ->
                                !sub.getValue().getCommandSpec().usageMessage().hidden())
                        .map(Map.Entry::getKey);
        return names.filter(name -> name.length() > 2 && distance(given, name) <= 2)
                .toList();
    }

    /** Letters to insert, delete, change or exchange with their neighbour (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(steps[i - 1][j - 1] + change, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
                boolean exchanged =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                steps[i][j] = exchanged ? Math.min(least, steps[i - 2][j - 2] + 1) : least;
            }
        }
        return steps[a.length()][b.length()];
    }

    /** {@code unbusy} alone. */
    static final class NoCommandException extends ParameterException {
        private static final long serialVersionUID = 1L;

        NoCommandException(CommandSpec root) {
            super(root.commandLine(), "a command is missing");
        }
    }
}
