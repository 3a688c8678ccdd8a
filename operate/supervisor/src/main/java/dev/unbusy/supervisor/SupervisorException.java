package dev.unbusy.supervisor;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/** Workers that cannot be brought up. */
public final class SupervisorException extends UserError {
    private static final long serialVersionUID = 1L;

    SupervisorException(String code, Text text, Text remedy) {
        super(code, text, remedy, null);
    }

    static SupervisorException of(LoadRefusal refusal) {
        return new SupervisorException(refusal.code(), refusal.text(), refusal.remedy());
    }
}
