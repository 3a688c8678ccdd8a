package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Expr;
import dev.unbusy.jinja.Syntax.Stmt;
import dev.unbusy.jinja.Syntax.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Enters the names that statements of one scope read and assign into its {@link Symbols}; stops at inner scopes. */
final class ScopeAnalysis {
    private ScopeAnalysis() {}

    static void statements(Symbols symbols, List<? extends Stmt> body) {
        body.forEach(stmt -> statement(symbols, stmt));
    }

    static void reads(Symbols symbols, @Nullable Expr expr) {
        Names.reads(expr, symbols::load);
    }

    static void parameters(Symbols symbols, Target target) {
        Names.assigns(target, symbols::parameter);
    }

    static void stores(Symbols symbols, Target target) {
        switch (target) {
            case Syntax.NameTarget name -> symbols.store(name.name());
            case Syntax.NamespaceTarget namespace -> symbols.load(namespace.name());
            case Syntax.TupleTarget tuple -> tuple.items().forEach(item -> stores(symbols, item));
        }
    }

    private static void statement(Symbols symbols, Stmt stmt) {
        switch (stmt) {
            case Syntax.Text text -> {}
            case Syntax.LoopControl control -> {}
            case Syntax.Output output -> reads(symbols, output.value());
            case Syntax.For loop -> reads(symbols, loop.iterable());
            case Syntax.If branch -> branches(symbols, branch);
            case Syntax.MacroDef macro -> symbols.store(macro.name());
            case Syntax.CallBlock call -> reads(symbols, call.call());
            case Syntax.FilterBlock block -> reads(symbols, block.filter());
            case Syntax.With with -> with.values().forEach(value -> reads(symbols, value));
            case Syntax.Assign assign -> {
                reads(symbols, assign.value());
                stores(symbols, assign.target());
            }
            case Syntax.AssignBlock assign -> stores(symbols, assign.target());
        }
    }

    private static void branches(Symbols symbols, Syntax.If branch) {
        reads(symbols, branch.test());
        Symbols body = symbols.branch();
        statements(body, branch.body());
        Symbols elifs = symbols.branch();
        statements(elifs, branch.elifs());
        Symbols otherwise = symbols.branch();
        statements(otherwise, branch.otherwise());
        symbols.mergeBranches(List.of(body, elifs, otherwise));
    }
}
