package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns from a file or a pipe: each line is one. */
final class PipedLines implements ChatLines {
    private final BufferedReader lines;

    PipedLines(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, UTF_8));
    }

    @Override
    public @Nullable String next() throws IOException {
        return lines.readLine();
    }

    @Override
    public Turn during(Supplier<Turn> answer) {
        return answer.get();
    }

    @Override
    public void close() {
        // Standard input belongs to the process.
    }
}
