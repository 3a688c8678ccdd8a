package dev.unbusy.cli;

import dev.unbusy.text.Lang;
import dev.unbusy.text.Text;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Set;

/**
 * Where a command reads and writes. Standard output belongs to the answer alone; everything said to the person goes to
 * standard error.
 *
 * @param terminals which of the three streams are terminals
 */
record Io(
        PrintStream out,
        PrintStream err,
        InputStream in,
        Map<String, String> environment,
        Lang lang,
        Set<StandardStream> terminals) {

    Io {
        terminals = Set.copyOf(terminals);
    }

    /** The same in another language. */
    Io in(Lang other) {
        return new Io(out, err, in, environment, other, terminals);
    }

    /** Whether what is said is seen on a terminal, so that a bar may be drawn. */
    boolean terminal() {
        return terminals.contains(StandardStream.ERROR);
    }

    /** Whether a person types at the terminal that is written to, so that a line may be edited there. */
    boolean interactive() {
        return terminal() && terminals.contains(StandardStream.INPUT);
    }

    void say(Text text) {
        err.println(text.in(lang));
    }
}
