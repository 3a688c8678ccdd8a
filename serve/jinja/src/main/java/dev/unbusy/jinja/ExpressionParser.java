package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Arguments;
import dev.unbusy.jinja.Syntax.BinaryOperator;
import dev.unbusy.jinja.Syntax.Comparison;
import dev.unbusy.jinja.Syntax.Const;
import dev.unbusy.jinja.Syntax.Expr;
import dev.unbusy.jinja.Syntax.Filter;
import dev.unbusy.jinja.Syntax.Name;
import dev.unbusy.jinja.Syntax.TupleOf;
import dev.unbusy.jinja.Syntax.UnaryOperator;
import dev.unbusy.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads expressions. From loosest to tightest: inline {@code if}, {@code or}, {@code and}, {@code not}, comparisons,
 * {@code + -}, {@code ~}, {@code * / // %}, {@code **}, unary, postfix, filters and tests. {@code **} groups from the
 * left and a unary minus binds tighter than it, unlike in Python.
 */
final class ExpressionParser {
    /** Nesting of brackets and unary operators; the reference gives up below this. */
    private static final int MAX_DEPTH = 100;

    private final TokenStream in;
    private int depth;

    ExpressionParser(TokenStream in) {
        this.in = in;
    }

    Expr parse() {
        return nested(this::conditional);
    }

    Expr parseWithoutConditional() {
        return nested(this::or);
    }

    /** One expression, or several with commas between: a tuple. */
    Expr parseTuple() {
        return tuple(this::parse, null, false);
    }

    /** As {@link #parseTuple} with no inline {@code if}; a name {@code end} ends it too. */
    Expr parseTupleWithoutConditional(@Nullable String end) {
        return tuple(this::parseWithoutConditional, end, false);
    }

    /** Names, literals and brackets only: what stands before {@code =} or {@code in}. */
    Expr parseTargetTuple(@Nullable String end, Supplier<Expr> primary) {
        return tuple(primary, end, false);
    }

    private Expr nested(Supplier<Expr> parser) {
        if (++depth > MAX_DEPTH) {
            throw EvalError.syntax(in.line(), "expression is nested more than " + MAX_DEPTH + " deep");
        }
        Expr result = parser.get();
        depth--;
        return result;
    }

    private Expr tuple(Supplier<Expr> element, @Nullable String end, boolean parenthesized) {
        List<Expr> items = new ArrayList<>();
        boolean isTuple = false;
        while (true) {
            if (!items.isEmpty()) {
                in.expectOperator(",");
            }
            if (in.is(Kind.VARIABLE_END)
                    || in.is(Kind.BLOCK_END)
                    || in.isOperator(")")
                    || (end != null && in.isName(end))) {
                break;
            }
            items.add(element.get());
            if (!in.isOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (!isTuple) {
            if (!items.isEmpty()) {
                return items.get(0);
            }
            if (!parenthesized) {
                throw EvalError.syntax(
                        in.line(), "Expected an expression, got " + in.current().describe());
            }
        }
        return new TupleOf(items);
    }

    private Expr conditional() {
        int line = in.line();
        Expr result = or();
        while (in.skipName("if")) {
            Expr test = or();
            Expr otherwise = in.skipName("else") ? nested(this::conditional) : null;
            result = new Syntax.Conditional(test, result, otherwise, line);
            line = in.line();
        }
        return result;
    }

    private Expr or() {
        Expr left = and();
        while (in.skipName("or")) {
            left = new Syntax.Logic(false, left, and());
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (in.skipName("and")) {
            left = new Syntax.Logic(true, left, not());
        }
        return left;
    }

    private Expr not() {
        if (in.skipName("not")) {
            return new Syntax.Unary(UnaryOperator.NOT, nested(this::not));
        }
        return comparison();
    }

    private Expr comparison() {
        Expr first = sum();
        List<Comparison> operators = new ArrayList<>();
        List<Expr> rest = new ArrayList<>();
        while (true) {
            Comparison operator = comparisonOperator();
            if (operator == null) {
                return rest.isEmpty() ? first : new Syntax.Compare(first, operators, rest);
            }
            operators.add(operator);
            rest.add(sum());
        }
    }

    private @Nullable Comparison comparisonOperator() {
        Token token = in.current();
        Comparison operator = null;
        if (token.kind() == Kind.OPERATOR) {
            operator = switch (token.text()) {
                case "==" -> Comparison.EQ;
                case "!=" -> Comparison.NE;
                case "<" -> Comparison.LT;
                case "<=" -> Comparison.LE;
                case ">" -> Comparison.GT;
                case ">=" -> Comparison.GE;
                default -> null;
            };
        } else if (token.isName("in")) {
            operator = Comparison.IN;
        } else if (token.isName("not") && in.look().isName("in")) {
            in.next();
            operator = Comparison.NOT_IN;
        }
        if (operator != null) {
            in.next();
        }
        return operator;
    }

    private Expr sum() {
        Expr left = concat();
        while (in.isOperator("+") || in.isOperator("-")) {
            BinaryOperator operator = in.next().isOperator("+") ? BinaryOperator.ADD : BinaryOperator.SUB;
            left = new Syntax.Binary(operator, left, concat());
        }
        return left;
    }

    private Expr concat() {
        Expr first = product();
        if (!in.isOperator("~")) {
            return first;
        }
        List<Expr> parts = new ArrayList<>();
        parts.add(first);
        while (in.skipOperator("~")) {
            parts.add(product());
        }
        return new Syntax.Concat(parts);
    }

    private Expr product() {
        Expr left = power();
        while (true) {
            BinaryOperator operator = BinaryOperator.of(in.current());
            if (operator == null
                    || operator == BinaryOperator.ADD
                    || operator == BinaryOperator.SUB
                    || operator == BinaryOperator.POW) {
                return left;
            }
            in.next();
            left = new Syntax.Binary(operator, left, power());
        }
    }

    private Expr power() {
        Expr left = unary(true);
        while (in.skipOperator("**")) {
            left = new Syntax.Binary(BinaryOperator.POW, left, unary(true));
        }
        return left;
    }

    private Expr unary(boolean withFilter) {
        Expr node;
        if (in.skipOperator("-")) {
            node = new Syntax.Unary(UnaryOperator.MINUS, nested(() -> unary(false)));
        } else if (in.skipOperator("+")) {
            node = new Syntax.Unary(UnaryOperator.PLUS, nested(() -> unary(false)));
        } else {
            node = primary();
        }
        node = postfix(node);
        return withFilter ? filters(node) : node;
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
            Expr inner = tuple(this::parse, null, true);
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
            items.add(parse());
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
            keys.add(parse());
            in.expectOperator(":");
            values.add(parse());
        }
        in.expectOperator("}");
        return new Syntax.DictOf(keys, values);
    }

    private Expr postfix(Expr start) {
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

    private Expr filters(Expr start) {
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
            start = parse();
            if (!in.isOperator(":")) {
                return start;
            }
        }
        in.next();
        Expr stop = sliceEnd() ? null : parse();
        Expr step = null;
        if (in.skipOperator(":") && !in.isOperator("]") && !in.isOperator(",")) {
            step = parse();
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
                star = parse();
            } else if (in.skipOperator("**")) {
                valid = doubleStar == null;
                doubleStar = parse();
            } else if (in.is(Kind.NAME) && in.look().isOperator("=")) {
                String name = in.next().text();
                in.next();
                valid = doubleStar == null && !names.contains(name);
                names.add(name);
                named.add(parse());
            } else {
                valid = star == null && doubleStar == null && names.isEmpty();
                positional.add(parse());
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
