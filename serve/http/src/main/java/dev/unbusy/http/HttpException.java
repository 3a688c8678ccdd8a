package dev.unbusy.http;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** A server that cannot start: {@code port-in-use}, {@code port-forbidden}, {@code address-unusable}. */
public final class HttpException extends UserError {
    private static final long serialVersionUID = 1L;

    HttpException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
