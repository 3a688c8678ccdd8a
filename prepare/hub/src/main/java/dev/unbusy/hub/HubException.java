package dev.unbusy.hub;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/**
 * A file, a library or a model that could not be fetched, kept or found. Codes: {@code permission-denied},
 * {@code disk-full}, {@code cache-unusable}, {@code platform-unsupported}, {@code tool-missing}, {@code fetch-failed},
 * {@code natives-damaged}, {@code model-reference-invalid}, {@code model-not-found}, {@code model-file-missing},
 * {@code model-file-corrupt}, {@code model-exceeds-memory}, {@code gated-model-auth}, {@code hub-unreachable},
 * {@code hub-busy}, {@code hub-error}.
 */
public final class HubException extends UserError {
    private static final long serialVersionUID = 1L;

    HubException(String code, Text text, Text remedy) {
        this(code, text, remedy, null);
    }

    HubException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
