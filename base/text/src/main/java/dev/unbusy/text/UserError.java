package dev.unbusy.text;

import org.jspecify.annotations.Nullable;

/**
 * A failure that a person can act on: what happened, and what to do about it. Each module has one subclass. The command
 * line prints message and remedy in the reader's language; {@link #getMessage()} is the English message, for logs.
 */
public abstract class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final transient Text text;
    private final transient Text remedy;

    /**
     * @param code stable name in kebab-case, where one fits a cause id of the diagnosis handbook
     *     ({@code model-file-truncated}, {@code port-in-use}, {@code disk-full})
     * @param text what happened; names the field or file and the value found
     * @param remedy what the reader can do now
     */
    protected UserError(String code, Text text, Text remedy, @Nullable Throwable cause) {
        super(text.en(), cause);
        this.code = code;
        this.text = text;
        this.remedy = remedy;
    }

    public final String code() {
        return code;
    }

    public final Text text() {
        return text;
    }

    public final Text remedy() {
        return remedy;
    }
}
