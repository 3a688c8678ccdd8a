package dev.unbusy.config;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/** A configuration file (or an option that overrides one of its keys) that cannot be used, with the place in it. */
public final class ConfigException extends UserError {
    private static final long serialVersionUID = 1L;

    ConfigException(Text text, Text remedy) {
        this("config-invalid", text, remedy, null);
    }

    ConfigException(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
    }
}
