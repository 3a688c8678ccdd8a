package dev.unbusy.admission;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/** A limit that cannot be set. */
public final class LimitsException extends UserError {
    private static final long serialVersionUID = 1L;

    LimitsException(String code, Text text, Text remedy) {
        super(code, text, remedy, null);
    }
}
