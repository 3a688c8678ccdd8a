package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Arguments;
import dev.unbusy.jinja.Syntax.Expr;
import dev.unbusy.jinja.Syntax.Stmt;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How deep statements and expressions are nested: how deep their evaluation recurses. Found without recursion, since a
 * chain like {@code a + a + a + …} is as deep as it is long. A stack that overflows while a class is being initialized
 * would leave that class broken for good, so depth is limited before anything recurses.
 */
final class Depth {
    /** Deeper templates are refused. */
    static final int MAX = 800;

    private record Entry(Object node, int depth) {}

    private final Deque<Entry> pending = new ArrayDeque<>();
    private int below;

    private Depth() {}

    static int of(List<? extends Stmt> statements) {
        Depth search = new Depth();
        search.below = 1;
        search.addAll(statements);
        int max = 0;
        for (Entry entry = search.pending.poll(); entry != null; entry = search.pending.poll()) {
            max = Math.max(max, entry.depth());
            search.below = entry.depth() + 1;
            if (entry.node() instanceof Stmt stmt) {
                search.children(stmt);
            } else {
                search.children((Expr) entry.node());
            }
        }
        return max;
    }

    private void add(@Nullable Object node) {
        if (node != null) {
            pending.push(new Entry(node, below));
        }
    }

    private void addAll(List<?> nodes) {
        nodes.forEach(this::add);
    }

    private void children(Stmt stmt) {
        switch (stmt) {
            case Syntax.Text text -> {}
            case Syntax.LoopControl control -> {}
            case Syntax.Output output -> add(output.value());
            case Syntax.For loop -> {
                add(loop.iterable());
                add(loop.test());
                addAll(loop.body());
                addAll(loop.otherwise());
            }
            case Syntax.If branch -> {
                add(branch.test());
                addAll(branch.body());
                addAll(branch.elifs());
                addAll(branch.otherwise());
            }
            case Syntax.MacroDef macro -> {
                addAll(macro.signature().defaults());
                addAll(macro.body());
            }
            case Syntax.CallBlock call -> {
                add(call.call());
                addAll(call.signature().defaults());
                addAll(call.body());
            }
            case Syntax.FilterBlock block -> {
                add(block.filter());
                addAll(block.body());
            }
            case Syntax.With with -> {
                addAll(with.values());
                addAll(with.body());
            }
            case Syntax.Assign assign -> add(assign.value());
            case Syntax.AssignBlock assign -> {
                add(assign.filter());
                addAll(assign.body());
            }
        }
    }

    private void children(Expr expr) {
        switch (expr) {
            case Syntax.Name name -> {}
            case Syntax.Const constant -> {}
            case Syntax.NamespaceRef ref -> {}
            case Syntax.TupleOf tuple -> addAll(tuple.items());
            case Syntax.ListOf list -> addAll(list.items());
            case Syntax.DictOf dict -> {
                addAll(dict.keys());
                addAll(dict.values());
            }
            case Syntax.Unary unary -> add(unary.operand());
            case Syntax.Binary binary -> addAll(List.of(binary.left(), binary.right()));
            case Syntax.Logic logic -> addAll(List.of(logic.left(), logic.right()));
            case Syntax.Compare compare -> {
                add(compare.first());
                addAll(compare.rest());
            }
            case Syntax.Concat concat -> addAll(concat.parts());
            case Syntax.Conditional conditional -> {
                addAll(List.of(conditional.test(), conditional.then()));
                add(conditional.otherwise());
            }
            case Syntax.Attribute attribute -> add(attribute.object());
            case Syntax.Item item -> addAll(List.of(item.object(), item.index()));
            case Syntax.Slice slice -> {
                add(slice.start());
                add(slice.stop());
                add(slice.step());
            }
            case Syntax.Call call -> {
                add(call.callee());
                arguments(call.arguments());
            }
            case Syntax.Filter filter -> {
                add(filter.value());
                arguments(filter.arguments());
            }
            case Syntax.Test test -> {
                add(test.value());
                arguments(test.arguments());
            }
        }
    }

    private void arguments(Arguments arguments) {
        addAll(arguments.positional());
        addAll(arguments.named());
        add(arguments.star());
        add(arguments.doubleStar());
    }
}
