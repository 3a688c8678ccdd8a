package dev.unbusy.jinja;

/**
 * One token of a template.
 *
 * @param text name, operator or literal as written; template text for {@link Kind#DATA}
 * @param value value of a literal ({@code String}, {@code Long}, {@code BigInteger}, {@code Double}), else the text
 * @param line line it starts on, from 1
 */
record Token(Kind kind, String text, Object value, int line) {
    enum Kind {
        DATA("template text"),
        VARIABLE_BEGIN("{{"),
        VARIABLE_END("}}"),
        BLOCK_BEGIN("{%"),
        BLOCK_END("%}"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        END("end of template");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    static Token of(Kind kind, String text, int line) {
        return new Token(kind, text, text, line);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    /** As error messages show it. */
    String describe() {
        return switch (kind) {
            case NAME, OPERATOR, INTEGER, FLOAT -> "'" + text + "'";
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, STRING, END ->
                "'" + kind.description + "'";
        };
    }
}
