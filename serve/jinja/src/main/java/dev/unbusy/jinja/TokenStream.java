package dev.unbusy.jinja;

import dev.unbusy.jinja.Token.Kind;
import java.util.List;

/** A position in a list of tokens that ends with {@link Kind#END}. Used by one thread. */
final class TokenStream {
    private final List<Token> tokens;
    private int position;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    /** The token after the current one; at the end, the end. */
    Token look() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    int line() {
        return current().line();
    }

    /** Returns the current token and goes on to the next one; never goes past the end. */
    Token next() {
        Token token = current();
        if (token.kind() != Kind.END) {
            position++;
        }
        return token;
    }

    boolean is(Kind kind) {
        return current().kind() == kind;
    }

    boolean isOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean isName(String name) {
        return current().isName(name);
    }

    boolean skipOperator(String operator) {
        if (isOperator(operator)) {
            next();
            return true;
        }
        return false;
    }

    boolean skipName(String name) {
        if (isName(name)) {
            next();
            return true;
        }
        return false;
    }

    Token expect(Kind kind) {
        if (!is(kind)) {
            throw unexpected(Token.of(kind, "", 0).describe());
        }
        return next();
    }

    /** A name token of any name. */
    Token expectName() {
        if (!is(Kind.NAME)) {
            throw unexpected("'name'");
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    private EvalError unexpected(String wanted) {
        return EvalError.syntax(
                line(), "expected token " + wanted + ", got " + current().describe());
    }
}
