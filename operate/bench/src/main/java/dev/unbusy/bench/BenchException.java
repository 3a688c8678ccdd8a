package dev.unbusy.bench;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** A server that cannot be measured at all; single failed requests are results, not exceptions. */
public final class BenchException extends UserError {
    private static final long serialVersionUID = 1L;

    BenchException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
