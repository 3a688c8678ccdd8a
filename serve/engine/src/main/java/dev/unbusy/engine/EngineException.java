package dev.unbusy.engine;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** A worker that cannot start or go on. */
public final class EngineException extends UserError {
    private static final long serialVersionUID = 1L;

    EngineException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
