package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.unbusy.text.Lang;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Set;

/** One command line in this process, with what it wrote. */
record Run(int code, String out, String err) {
    /** Nothing from the machine that runs the tests, and no directory that exists. */
    static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/nonexistent", "LANG", "en_US.UTF-8");

    static Run of(String... arguments) {
        return with(Set.of(), "", arguments);
    }

    /** @param terminals which of the streams pass for terminals */
    static Run with(Set<StandardStream> terminals, String input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Io io = new Io(
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                ENVIRONMENT,
                Lang.EN,
                terminals);
        return new Run(Cli.run(arguments, io), out.toString(UTF_8), err.toString(UTF_8));
    }

    /** An {@link Io} that goes nowhere, to build the command model with. */
    static Io io(Lang lang) {
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream(), false, UTF_8);
        return new Io(nowhere, nowhere, new ByteArrayInputStream(new byte[0]), ENVIRONMENT, lang, Set.of());
    }
}
