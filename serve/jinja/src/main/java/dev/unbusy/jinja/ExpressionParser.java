package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.BinaryOperator;
import dev.unbusy.jinja.Syntax.Comparison;
import dev.unbusy.jinja.Syntax.Expr;
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
    private final OperandParser operands;
    private int depth;

    ExpressionParser(TokenStream in) {
        this.in = in;
        this.operands = new OperandParser(in, this);
    }

    /** Names, literals and brackets; filters and their arguments. */
    OperandParser operands() {
        return operands;
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

    /** What stands between parentheses: nothing, one expression or a tuple. */
    Expr parseParenthesized() {
        return tuple(this::parse, null, true);
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
            node = operands.primary();
        }
        node = operands.postfix(node);
        return withFilter ? operands.filters(node) : node;
    }
}
