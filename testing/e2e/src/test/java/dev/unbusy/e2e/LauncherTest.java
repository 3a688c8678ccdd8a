package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher alone, in a checkout whose JDK and Maven are scripts that say what they were asked. */
class LauncherTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path checkout;

    @BeforeEach
    void aCheckoutThatIsNotBuilt() throws IOException {
        Files.copy(RunningUnbusy.HOME.resolve("unbusy"), checkout.resolve("unbusy"));
        Path scripts = Files.createDirectories(checkout.resolve("deploy/launch"));
        try (Stream<Path> files = Files.list(RunningUnbusy.HOME.resolve("deploy/launch"))) {
            for (Path file : files.toList()) {
                Files.copy(file, scripts.resolve(String.valueOf(file.getFileName())));
            }
        }
        Files.createDirectories(checkout.resolve("use/cli/src"));
        Files.createDirectories(checkout.resolve("jdk"));
        Files.writeString(checkout.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
        script("jdk/bin/javac", "");
        script("jdk/bin/java", "case \"$*\" in *warm-up-classes*) ;; *) echo \"program: ${*##*Main }\" >&2 ;; esac");
        script("bin/mvn", "echo 'Building Unbusy: use/cli [1/1]'; mkdir -p \"$PWD/use/cli/target/dist\"");
    }

    private void script(String name, String body) throws IOException {
        Path file = checkout.resolve(name);
        Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Command.Result launch(String... arguments) throws Exception {
        Path errors = checkout.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of("bash", "unbusy"), Stream.of(arguments)).toList());
        builder.directory(checkout.toFile()).redirectError(errors.toFile());
        builder.environment().put("UNBUSY_JAVA_HOME", checkout.resolve("jdk").toString());
        builder.environment().put("PATH", checkout.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Command.Result(process.exitValue(), output, Files.readString(errors));
    }

    /** They went to /dev/null: the very first start said nothing but its ready line. */
    @Test
    void whatTheProgramSaysAfterABuild_isSeen() throws Exception {
        Command.Result first = launch("up", "--port", "0");
        assertThat(first.standardError()).contains("Building Unbusy").contains("program: up --port 0");
        assertThat(first.exitCode()).isZero();
    }

    @Test
    void verify_hasHelpInBothLanguages_whereverTheLanguageStands() throws Exception {
        for (List<String> line : List.of(
                List.of("--lang", "zh", "verify", "--help"),
                List.of("verify", "-h", "--lang=zh"),
                List.of("--json", "--lang=zh", "verify", "--help"))) {
            Command.Result help = launch(line.toArray(String[]::new));
            assertThat(help.exitCode()).isZero();
            assertThat(help.standardOutput())
                    .as("%s", line)
                    .contains("unbusy verify")
                    .contains("测试");
            assertThat(help.standardError()).isEmpty();
        }
        assertThat(launch("verify", "--help").standardOutput()).contains("Usage: unbusy verify");
    }

    /** A model called verify is no command: only the first word is. */
    @Test
    void aWordBehindTheCommand_isNotTheCommand() throws Exception {
        assertThat(launch("--lang", "en", "chat", "verify").standardError()).contains("program: --lang en chat verify");
    }
}
