package dev.unbusy.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The syntax tree of a template: what {@link Parser} makes and {@link StatementCompiler} reads. Immutable. */
final class Syntax {
    private Syntax() {}

    sealed interface Expr
            permits Name,
                    Const,
                    TupleOf,
                    ListOf,
                    DictOf,
                    Unary,
                    Binary,
                    Logic,
                    Compare,
                    Concat,
                    Conditional,
                    Attribute,
                    Item,
                    Slice,
                    Call,
                    Filter,
                    Test,
                    NamespaceRef {}

    record Name(String name, int line) implements Expr {}

    record Const(Object value) implements Expr {}

    record TupleOf(List<Expr> items) implements Expr {}

    record ListOf(List<Expr> items) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values) implements Expr {}

    enum UnaryOperator {
        PLUS,
        MINUS,
        NOT
    }

    record Unary(UnaryOperator operator, Expr operand) implements Expr {}

    enum BinaryOperator {
        ADD("+"),
        SUB("-"),
        MUL("*"),
        DIV("/"),
        FLOOR_DIV("//"),
        MOD("%"),
        POW("**");

        private final String symbol;

        BinaryOperator(String symbol) {
            this.symbol = symbol;
        }

        static @Nullable BinaryOperator of(Token token) {
            for (BinaryOperator operator : values()) {
                if (token.isOperator(operator.symbol)) {
                    return operator;
                }
            }
            return null;
        }

        String symbol() {
            return symbol;
        }
    }

    record Binary(BinaryOperator operator, Expr left, Expr right) implements Expr {}

    /** {@code and} / {@code or}. */
    record Logic(boolean and, Expr left, Expr right) implements Expr {}

    enum Comparison {
        EQ,
        NE,
        LT,
        LE,
        GT,
        GE,
        IN,
        NOT_IN
    }

    /** {@code first op[0] rest[0] op[1] rest[1] …}. */
    record Compare(Expr first, List<Comparison> operators, List<Expr> rest) implements Expr {}

    record Concat(List<Expr> parts) implements Expr {}

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise, int line) implements Expr {}

    record Attribute(Expr object, String name) implements Expr {}

    /** {@code name.attribute} before the {@code =} of a {@code set}; never in an expression. */
    record NamespaceRef(String name, String attribute) implements Expr {}

    record Item(Expr object, Expr index) implements Expr {}

    /** Only as the index of an {@link Item}. */
    record Slice(
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step) implements Expr {}

    record Call(Expr callee, Arguments arguments, int line) implements Expr {}

    /** {@code value} is null where a block's text is filtered. */
    record Filter(@Nullable Expr value, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr value, String name, Arguments arguments, int line) implements Expr {}

    record Arguments(
            List<Expr> positional,
            List<String> names,
            List<Expr> named,
            @Nullable Expr star,
            @Nullable Expr doubleStar) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of(), null, null);
    }

    /** What can be assigned to. */
    sealed interface Target permits NameTarget, NamespaceTarget, TupleTarget {}

    record NameTarget(String name, int line) implements Target {}

    record NamespaceTarget(String name, String attribute) implements Target {}

    record TupleTarget(List<Target> items) implements Target {}

    sealed interface Stmt
            permits Text, Output, For, If, MacroDef, CallBlock, FilterBlock, With, Assign, AssignBlock, LoopControl {}

    record Text(String text) implements Stmt {}

    record Output(Expr value, int line) implements Stmt {}

    record For(
            Target target,
            Expr iterable,
            @Nullable Expr test,
            boolean recursive,
            List<Stmt> body,
            List<Stmt> otherwise,
            int line)
            implements Stmt {}

    record If(Expr test, List<Stmt> body, List<If> elifs, List<Stmt> otherwise, int line) implements Stmt {}

    /** Parameters of a macro or call block; {@code defaults} belong to the last ones. */
    record Signature(List<String> parameters, List<Expr> defaults) {}

    record MacroDef(String name, Signature signature, List<Stmt> body, int line) implements Stmt {}

    /** {@code call} is null for the {@code generation} tag, which prints its body. */
    record CallBlock(@Nullable Call call, Signature signature, List<Stmt> body, int line) implements Stmt {}

    record FilterBlock(Filter filter, List<Stmt> body, int line) implements Stmt {}

    record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

    record Assign(Target target, Expr value, int line) implements Stmt {}

    record AssignBlock(Target target, @Nullable Filter filter, List<Stmt> body, int line) implements Stmt {}

    record LoopControl(boolean isBreak, int line) implements Stmt {}
}
