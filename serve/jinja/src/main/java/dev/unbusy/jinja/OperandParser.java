package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Arguments;
import dev.unbusy.jinja.Syntax.Const;
import dev.unbusy.jinja.Syntax.Expr;
import dev.unbusy.jinja.Syntax.Filter;
import dev.unbusy.jinja.Syntax.Name;
import dev.unbusy.jinja.Syntax.TupleOf;
import dev.unbusy.jinja.Syntax.UnaryOperator;
import dev.unbusy.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads operands and what follows them directly: attributes, items, calls, filters and tests. */
final class OperandParser {
    private final TokenStream in;
    private final ExpressionParser expressions;

    OperandParser(TokenStream in, ExpressionParser expressions) {
        this.in = in;
        this.expressions = expressions;
    }

    Expr primary() {
        Token token = in.current();
        return switch (token.kind()) {
            case NAME -> nameOrConstant();
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (in.is(Kind.STRING)) {
                    text.append(in.next().value());
                }
                yield new Const(text.toString());
            }
            case INTEGER, FLOAT -> new Const(in.next().value());
            default -> bracketed();
        };
    }

    private Expr nameOrConstant() {
        Token token = in.next();
        return switch (token.text()) {
            case "true", "True" -> new Const(true);
            case "false", "False" -> new Const(false);
            case "none", "None" -> new Const(None.NONE);
            default -> new Name(token.text(), token.line());
        };
    }

    private Expr bracketed() {
        if (in.skipOperator("(")) {
            Expr inner = expressions.parseParenthesized();
            in.expectOperator(")");
            return inner;
        }
        if (in.skipOperator("[")) {
            return list();
        }
        if (in.skipOperator("{")) {
            return dict();
        }
        throw EvalError.syntax(in.line(), "unexpected " + in.current().describe());
    }

    private Expr list() {
        List<Expr> items = new ArrayList<>();
        while (!in.isOperator("]")) {
            if (!items.isEmpty()) {
                in.expectOperator(",");
                if (in.isOperator("]")) {
                    break;
                }
            }
            items.add(expressions.parse());
        }
        in.expectOperator("]");
        return new Syntax.ListOf(items);
    }

    private Expr dict() {
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!in.isOperator("}")) {
            if (!keys.isEmpty()) {
                in.expectOperator(",");
                if (in.isOperator("}")) {
                    break;
                }
            }
            keys.add(expressions.parse());
            in.expectOperator(":");
            values.add(expressions.parse());
        }
        in.expectOperator("}");
        return new Syntax.DictOf(keys, values);
    }

    /** Attributes, items and calls after an operand. */
    Expr postfix(Expr start) {
        Expr node = start;
        while (true) {
            if (in.isOperator(".") || in.isOperator("[")) {
                node = subscript(node);
            } else if (in.isOperator("(")) {
                node = call(node);
            } else {
                return node;
            }
        }
    }

    /** Filters, tests and calls after an operand. */
    Expr filters(Expr start) {
        Expr node = start;
        while (true) {
            if (in.isOperator("|")) {
                in.next();
                node = filter(node);
            } else if (in.isName("is")) {
                node = test(node);
            } else if (in.isOperator("(")) {
                node = call(node);
            } else {
                return node;
            }
        }
    }

    private Expr subscript(Expr object) {
        if (in.skipOperator(".")) {
            Token token = in.next();
            return switch (token.kind()) {
                case NAME -> new Syntax.Attribute(object, token.text());
                case INTEGER -> new Syntax.Item(object, new Const(token.value()));
                default -> throw EvalError.syntax(token.line(), "expected name or number");
            };
        }
        int line = in.next().line();
        List<Expr> indexes = new ArrayList<>();
        while (!in.isOperator("]")) {
            if (!indexes.isEmpty()) {
                in.expectOperator(",");
            }
            indexes.add(index());
        }
        in.next();
        if (indexes.size() == 1) {
            return new Syntax.Item(object, indexes.get(0));
        }
        if (indexes.stream().anyMatch(Syntax.Slice.class::isInstance)) {
            throw EvalError.syntax(line, "a slice cannot stand beside other indexes");
        }
        return new Syntax.Item(object, new TupleOf(indexes));
    }

    private Expr index() {
        Expr start = null;
        if (!in.isOperator(":")) {
            start = expressions.parse();
            if (!in.isOperator(":")) {
                return start;
            }
        }
        in.next();
        Expr stop = sliceEnd() ? null : expressions.parse();
        Expr step = null;
        if (in.skipOperator(":") && !in.isOperator("]") && !in.isOperator(",")) {
            step = expressions.parse();
        }
        return new Syntax.Slice(start, stop, step);
    }

    private boolean sliceEnd() {
        return in.isOperator(":") || in.isOperator("]") || in.isOperator(",");
    }

    private Expr call(Expr callee) {
        int line = in.line();
        return new Syntax.Call(callee, arguments(), line);
    }

    private Arguments arguments() {
        int line = in.line();
        in.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Expr> named = new ArrayList<>();
        Expr star = null;
        Expr doubleStar = null;
        boolean first = true;
        while (!in.isOperator(")")) {
            if (!first) {
                in.expectOperator(",");
                if (in.isOperator(")")) {
                    break;
                }
            }
            first = false;
            boolean valid;
            if (in.skipOperator("*")) {
                valid = star == null && doubleStar == null;
                star = expressions.parse();
            } else if (in.skipOperator("**")) {
                valid = doubleStar == null;
                doubleStar = expressions.parse();
            } else if (in.is(Kind.NAME) && in.look().isOperator("=")) {
                String name = in.next().text();
                in.next();
                valid = doubleStar == null && !names.contains(name);
                names.add(name);
                named.add(expressions.parse());
            } else {
                valid = star == null && doubleStar == null && names.isEmpty();
                positional.add(expressions.parse());
            }
            if (!valid) {
                throw EvalError.syntax(line, "invalid syntax for function call expression");
            }
        }
        in.expectOperator(")");
        return new Arguments(positional, names, named, star, doubleStar);
    }

    /** A filter's name and arguments, after the {@code |}. */
    Filter filter(@Nullable Expr value) {
        int line = in.line();
        String name = dottedName();
        return new Filter(value, name, in.isOperator("(") ? arguments() : Arguments.NONE, line);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(in.expectName().text());
        while (in.skipOperator(".")) {
            name.append('.').append(in.expectName().text());
        }
        return name.toString();
    }

    private Expr test(Expr value) {
        int line = in.next().line();
        boolean negated = in.skipName("not");
        String name = dottedName();
        Arguments arguments = Arguments.NONE;
        if (in.isOperator("(")) {
            arguments = arguments();
        } else if (startsOperand()) {
            if (in.isName("is")) {
                throw EvalError.syntax(in.line(), "You cannot chain multiple tests with is");
            }
            arguments = new Arguments(List.of(postfix(primary())), List.of(), List.of(), null, null);
        }
        Expr test = new Syntax.Test(value, name, arguments, line);
        return negated ? new Syntax.Unary(UnaryOperator.NOT, test) : test;
    }

    private boolean startsOperand() {
        return switch (in.current().kind()) {
            case NAME -> !in.isName("else") && !in.isName("or") && !in.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> in.isOperator("[") || in.isOperator("{");
            default -> false;
        };
    }
}
