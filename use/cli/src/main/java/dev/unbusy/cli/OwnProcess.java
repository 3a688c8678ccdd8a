package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How this very process was started, so that a worker is started the same way: only then does the start-up cache fit. */
final class OwnProcess {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private OwnProcess() {}

    /** Java, its flags, the class path and the main class; the arguments follow. */
    static List<String> javaCommand() {
        List<String> exact = byProc(Main.class.getName());
        return exact != null ? exact : byManagement();
    }

    /** The whole command line, however long: {@link ProcessHandle.Info} gives up beyond one memory page. */
    private static @Nullable List<String> byProc(String mainClass) {
        try {
            List<String> all = List.of(new String(Files.readAllBytes(COMMAND_LINE), argumentCharset()).split("\0"));
            int main = all.indexOf(mainClass);
            if (main < 0) {
                return null;
            }
            List<String> command = new ArrayList<>(all.subList(0, main + 1));
            command.set(0, java());
            return command;
        } catch (IOException e) {
            return null;
        }
    }

    /** In which arguments are written again when a process is started: a path in another charset must come out as it was. */
    private static Charset argumentCharset() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalArgumentException e) {
            return UTF_8;
        }
    }

    private static List<String> byManagement() {
        List<String> command = new ArrayList<>();
        command.add(java());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-agentlib:") && !flag.startsWith("-javaagent:")) {
                command.add(flag);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), Main.class.getName()));
        return command;
    }

    private static String java() {
        return ProcessHandle.current()
                .info()
                .command()
                .orElse(Path.of(System.getProperty("java.home", ""), "bin", "java")
                        .toString());
    }
}
