package dev.unbusy.cli;

import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command reads and writes. Standard output belongs to the answer alone; everything said to the person goes to
 * standard error.
 *
 * @param terminal whether standard error is a terminal, so that a bar may be drawn
 */
record Io(
        PrintStream out,
        PrintStream err,
        InputStream in,
        Map<String, String> environment,
        Lang lang,
        boolean terminal) {

    void say(Text text) {
        err.println(text.in(lang));
    }
}
