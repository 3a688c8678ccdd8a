package dev.unbusy.jinja;

import dev.unbusy.jinja.JinjaException.Kind;

/**
 * A failure inside the evaluator, before {@link Template} adds the line and turns it into a {@link JinjaException}. Has
 * no stack trace: templates may fail on purpose, once per request.
 */
final class EvalError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    /** Line in the template, or 0 where only the renderer knows it. */
    private final int line;

    private EvalError(Kind kind, int line, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.line = line;
    }

    static EvalError failed(String message) {
        return new EvalError(Kind.FAILED, 0, message);
    }

    static EvalError raised(String message) {
        return new EvalError(Kind.RAISED, 0, message);
    }

    static EvalError limit(String message) {
        return new EvalError(Kind.LIMIT, 0, message);
    }

    static EvalError unsupported(String message) {
        return new EvalError(Kind.UNSUPPORTED, 0, message);
    }

    static EvalError unsupported(int line, String message) {
        return new EvalError(Kind.UNSUPPORTED, line, message);
    }

    static EvalError syntax(int line, String message) {
        return new EvalError(Kind.SYNTAX, line, message);
    }

    Kind kind() {
        return kind;
    }

    int line() {
        return line;
    }

    String detail() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
