package dev.unbusy.llama;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/**
 * A failure of the native library, a model file or a context that a person can act on. Misuse by our own code (wrong
 * thread, closed handle, index out of range) is an {@link IllegalStateException} or {@link IllegalArgumentException}
 * instead.
 */
public final class LlamaException extends UserError {
    private static final long serialVersionUID = 1L;

    LlamaException(String code, Text text, Text remedy) {
        super(code, text, remedy, null);
    }

    LlamaException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
