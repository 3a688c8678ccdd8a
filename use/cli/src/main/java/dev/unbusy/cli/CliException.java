package dev.unbusy.cli;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** What the command line itself cannot do. */
final class CliException extends UserError {
    private static final long serialVersionUID = 1L;

    CliException(String code, Text text, Text remedy) {
        this(code, text, remedy, null);
    }

    /** Of a command line that cannot be meant. */
    static CliException usage(Text text, Text remedy) {
        return new CliException("usage", text, remedy);
    }

    CliException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
