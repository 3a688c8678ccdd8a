package dev.unbusy.gateway;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** The gateway cannot start or run as it was told to. Errors of single requests are answers, not exceptions. */
public final class GatewayException extends UserError {
    private static final long serialVersionUID = 1L;

    GatewayException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
