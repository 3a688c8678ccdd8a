package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Arguments;
import dev.unbusy.jinja.Syntax.Expr;
import dev.unbusy.jinja.Syntax.Stmt;
import dev.unbusy.jinja.Syntax.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which names a piece of template reads and assigns. */
final class Names {
    private Names() {}

    /** Every name that an expression reads. */
    static void reads(@Nullable Expr expr, Consumer<String> reader) {
        switch (expr) {
            case null -> {}
            case Syntax.Name name -> reader.accept(name.name());
            case Syntax.Const constant -> {}
            case Syntax.NamespaceRef ref -> reader.accept(ref.name());
            case Syntax.TupleOf tuple -> readsAll(tuple.items(), reader);
            case Syntax.ListOf list -> readsAll(list.items(), reader);
            case Syntax.DictOf dict -> {
                readsAll(dict.keys(), reader);
                readsAll(dict.values(), reader);
            }
            case Syntax.Unary unary -> reads(unary.operand(), reader);
            case Syntax.Binary binary -> {
                reads(binary.left(), reader);
                reads(binary.right(), reader);
            }
            case Syntax.Logic logic -> {
                reads(logic.left(), reader);
                reads(logic.right(), reader);
            }
            case Syntax.Compare compare -> {
                reads(compare.first(), reader);
                readsAll(compare.rest(), reader);
            }
            case Syntax.Concat concat -> readsAll(concat.parts(), reader);
            case Syntax.Conditional conditional -> {
                reads(conditional.test(), reader);
                reads(conditional.then(), reader);
                reads(conditional.otherwise(), reader);
            }
            case Syntax.Attribute attribute -> reads(attribute.object(), reader);
            case Syntax.Item item -> {
                reads(item.object(), reader);
                reads(item.index(), reader);
            }
            case Syntax.Slice slice -> {
                reads(slice.start(), reader);
                reads(slice.stop(), reader);
                reads(slice.step(), reader);
            }
            case Syntax.Call call -> {
                reads(call.callee(), reader);
                readsArguments(call.arguments(), reader);
            }
            case Syntax.Filter filter -> {
                reads(filter.value(), reader);
                readsArguments(filter.arguments(), reader);
            }
            case Syntax.Test test -> {
                reads(test.value(), reader);
                readsArguments(test.arguments(), reader);
            }
        }
    }

    private static void readsAll(List<Expr> exprs, Consumer<String> reader) {
        exprs.forEach(expr -> reads(expr, reader));
    }

    private static void readsArguments(Arguments arguments, Consumer<String> reader) {
        readsAll(arguments.positional(), reader);
        readsAll(arguments.named(), reader);
        reads(arguments.star(), reader);
        reads(arguments.doubleStar(), reader);
    }

    /** Every name assigned to by a target. */
    static void assigns(Target target, Consumer<String> writer) {
        switch (target) {
            case Syntax.NameTarget name -> writer.accept(name.name());
            case Syntax.NamespaceTarget namespace -> {}
            case Syntax.TupleTarget tuple -> tuple.items().forEach(item -> assigns(item, writer));
        }
    }

    /**
     * Which of some names the statements read before anything in them, at any depth, declares the name. This decides
     * whether a macro gets {@code caller}, {@code varargs} and {@code kwargs}, and whether a loop needs {@code loop}.
     */
    static Set<String> undeclared(List<Stmt> body, Set<String> names) {
        Undeclared search = new Undeclared(new HashSet<>(names));
        search.statements(body);
        return search.found;
    }

    private static final class Undeclared {
        private final Set<String> wanted;
        private final Set<String> found = new HashSet<>();

        Undeclared(Set<String> wanted) {
            this.wanted = wanted;
        }

        private void read(String name) {
            if (wanted.contains(name)) {
                found.add(name);
            }
        }

        private void expr(@Nullable Expr expr) {
            reads(expr, this::read);
        }

        private void target(Target target) {
            assigns(target, wanted::remove);
        }

        private void signature(Syntax.Signature signature) {
            signature.parameters().forEach(wanted::remove);
            signature.defaults().forEach(this::expr);
        }

        private void statements(List<? extends Stmt> body) {
            body.forEach(this::statement);
        }

        /** In the order in which the reference visits the parts of a statement: it matters which comes first. */
        private void statement(Stmt stmt) {
            switch (stmt) {
                case Syntax.Text text -> {}
                case Syntax.Output output -> expr(output.value());
                case Syntax.LoopControl control -> {}
                case Syntax.For loop -> {
                    target(loop.target());
                    expr(loop.iterable());
                    statements(loop.body());
                    statements(loop.otherwise());
                    expr(loop.test());
                }
                case Syntax.If branch -> {
                    expr(branch.test());
                    statements(branch.body());
                    statements(branch.elifs());
                    statements(branch.otherwise());
                }
                case Syntax.MacroDef macro -> {
                    signature(macro.signature());
                    statements(macro.body());
                }
                case Syntax.CallBlock call -> {
                    expr(call.call());
                    signature(call.signature());
                    statements(call.body());
                }
                case Syntax.FilterBlock block -> {
                    statements(block.body());
                    expr(block.filter());
                }
                case Syntax.With with -> {
                    with.targets().forEach(this::target);
                    with.values().forEach(this::expr);
                    statements(with.body());
                }
                case Syntax.Assign assign -> {
                    target(assign.target());
                    expr(assign.value());
                }
                case Syntax.AssignBlock assign -> {
                    target(assign.target());
                    expr(assign.filter());
                    statements(assign.body());
                }
            }
        }
    }

    /** Whether statements assign to a name anywhere. */
    static boolean assignsName(List<? extends Stmt> body, String name) {
        return body.stream().anyMatch(stmt -> assignsName(stmt, name));
    }

    private static boolean assignsName(Target target, String name) {
        boolean[] found = new boolean[1];
        assigns(target, assigned -> found[0] |= assigned.equals(name));
        return found[0];
    }

    static boolean assignsName(Stmt stmt, String name) {
        return switch (stmt) {
            case Syntax.Text text -> false;
            case Syntax.Output output -> false;
            case Syntax.LoopControl control -> false;
            case Syntax.For loop ->
                assignsName(loop.target(), name)
                        || assignsName(loop.body(), name)
                        || assignsName(loop.otherwise(), name);
            case Syntax.If branch ->
                assignsName(branch.body(), name)
                        || assignsName(branch.elifs(), name)
                        || assignsName(branch.otherwise(), name);
            case Syntax.MacroDef macro -> assignsName(macro.body(), name);
            case Syntax.CallBlock call -> assignsName(call.body(), name);
            case Syntax.FilterBlock block -> assignsName(block.body(), name);
            case Syntax.With with -> assignsName(with.body(), name);
            case Syntax.Assign assign -> assignsName(assign.target(), name);
            case Syntax.AssignBlock assign -> assignsName(assign.target(), name) || assignsName(assign.body(), name);
        };
    }
}
