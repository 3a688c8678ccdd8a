package dev.unbusy.routing;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/** A routing setting that cannot be used. */
public final class RoutingException extends UserError {
    private static final long serialVersionUID = 1L;

    RoutingException(String code, Text text, Text remedy) {
        super(code, text, remedy, null);
    }
}
