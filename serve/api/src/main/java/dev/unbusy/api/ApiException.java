package dev.unbusy.api;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/** A request that is answered with an {@link ApiError}. Carries no stack trace: the client caused it, not our code. */
public final class ApiException extends UserError {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(error.code(), Text.same(error.message()), Text.same(error.message()), null);
        this.error = error;
    }

    public ApiError error() {
        return error;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
