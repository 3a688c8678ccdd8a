package dev.unbusy.jinja;

import dev.unbusy.jinja.Exec.Flow;
import dev.unbusy.jinja.FunctionScope.Variable;
import dev.unbusy.jinja.Syntax.Stmt;
import dev.unbusy.jinja.Syntax.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns statements into closures. */
final class StatementCompiler {
    private StatementCompiler() {}

    /** A value's way into one variable or several. */
    @FunctionalInterface
    interface Assigner {
        void assign(Frame frame, Object value);
    }

    static Exec block(Place place, List<Stmt> body) {
        Exec[] statements = body.stream().map(stmt -> compile(place, stmt)).toArray(Exec[]::new);
        if (statements.length == 1) {
            return statements[0];
        }
        return (frame, out) -> {
            frame.render.work(statements.length);
            for (Exec statement : statements) {
                Flow flow = statement.exec(frame, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        };
    }

    private static Exec compile(Place place, Stmt stmt) {
        return switch (stmt) {
            case Syntax.Text text -> {
                String data = text.text();
                yield (frame, out) -> {
                    frame.render.append(out, data);
                    return Flow.NEXT;
                };
            }
            case Syntax.Output output -> {
                Eval value = ExpressionCompiler.compile(place, output.value());
                yield print(output.line(), value);
            }
            case Syntax.If branch -> ifChain(place.conditional(), branch);
            case Syntax.For loop -> LoopCompiler.compile(place, loop);
            case Syntax.MacroDef macro -> {
                MacroCompiler body =
                        new MacroCompiler(place, macro.name(), macro.signature(), macro.body(), macro.line());
                Assigner target = variable(place, macro.name());
                yield (frame, out) -> {
                    target.assign(frame, body.bind(frame));
                    return Flow.NEXT;
                };
            }
            case Syntax.CallBlock call -> callBlock(place, call);
            case Syntax.FilterBlock block -> filterBlock(place, block);
            case Syntax.With with -> with(place, with);
            case Syntax.Assign assign -> assign(place, assign);
            case Syntax.AssignBlock assign -> assignBlock(place, assign);
            case Syntax.LoopControl control -> {
                if (!place.inLoop()) {
                    throw EvalError.syntax(control.line(), "'break' or 'continue' outside a loop");
                }
                Flow flow = control.isBreak() ? Flow.BREAK : Flow.CONTINUE;
                yield (frame, out) -> flow;
            }
        };
    }

    private static Exec print(int line, Eval value) {
        return (frame, out) -> {
            frame.render.line(line);
            frame.render.append(out, Repr.str(value.eval(frame)));
            return Flow.NEXT;
        };
    }

    private static Exec ifChain(Place place, Syntax.If branch) {
        List<Syntax.If> branches = new ArrayList<>();
        branches.add(branch);
        branches.addAll(branch.elifs());
        int count = branches.size();
        Eval[] tests = new Eval[count];
        Exec[] bodies = new Exec[count];
        int[] lines = new int[count];
        for (int i = 0; i < count; i++) {
            tests[i] = ExpressionCompiler.compile(place, branches.get(i).test());
            bodies[i] = block(place, branches.get(i).body());
            lines[i] = branches.get(i).line();
        }
        Exec otherwise = block(place, branch.otherwise());
        return (frame, out) -> {
            for (int i = 0; i < count; i++) {
                frame.render.line(lines[i]);
                if (Truth.of(tests[i].eval(frame))) {
                    return bodies[i].exec(frame, out);
                }
            }
            return otherwise.exec(frame, out);
        };
    }

    private static Exec callBlock(Place place, Syntax.CallBlock block) {
        MacroCompiler body = new MacroCompiler(place, null, block.signature(), block.body(), block.line());
        Syntax.Call call = block.call();
        if (call == null) {
            return print(block.line(), frame -> body.bind(frame).call(frame.render, Args.NONE));
        }
        Eval result = ExpressionCompiler.call(place, call, body::bind);
        // Unlike what is printed, the result of a call block must be a string.
        return print(block.line(), frame -> Types.text("call", result.eval(frame)));
    }

    private static Exec filterBlock(Place place, Syntax.FilterBlock block) {
        Symbols symbols = place.symbols().inner(place.symbols().function());
        ScopeAnalysis.statements(symbols, block.body());
        ScopeAnalysis.reads(symbols, block.filter());
        Place inner = place.inner(symbols);
        ScopeEntry entry = new ScopeEntry(symbols);
        Exec body = block(inner, block.body());
        Captured captured = new Captured();
        Eval filter = ExpressionCompiler.filter(inner, block.filter(), captured);
        return (frame, out) -> {
            entry.enter(frame);
            StringBuilder text = new StringBuilder();
            Flow flow = body.exec(frame, text);
            if (flow != Flow.NEXT) {
                return flow;
            }
            frame.render.append(out, Types.text("filter", captured.filter(frame, text, filter)));
            entry.leave(frame);
            return Flow.NEXT;
        };
    }

    /** The text of a block on its way into the block's filter: handed over in the rendering, not in the template. */
    private static final class Captured implements Eval {
        Object filter(Frame frame, StringBuilder text, Eval filter) {
            frame.render.captured(text.toString());
            return filter.eval(frame);
        }

        @Override
        public Object eval(Frame frame) {
            return frame.render.captured();
        }
    }

    private static Exec with(Place place, Syntax.With with) {
        Symbols symbols = place.symbols().inner(place.symbols().function());
        with.targets().forEach(target -> ScopeAnalysis.parameters(symbols, target));
        ScopeAnalysis.statements(symbols, with.body());
        Place inner = place.inner(symbols);
        ScopeEntry entry = new ScopeEntry(symbols);
        int count = with.targets().size();
        Assigner[] targets = new Assigner[count];
        Eval[] values = new Eval[count];
        for (int i = 0; i < count; i++) {
            targets[i] = target(inner, with.targets().get(i));
            values[i] = ExpressionCompiler.compile(place, with.values().get(i));
        }
        Exec body = block(inner, with.body());
        int line = with.line();
        return (frame, out) -> {
            frame.render.line(line);
            entry.enter(frame);
            for (int i = 0; i < count; i++) {
                targets[i].assign(frame, values[i].eval(frame));
            }
            Flow flow = body.exec(frame, out);
            entry.leave(frame);
            return flow;
        };
    }

    private static Exec assign(Place place, Syntax.Assign assign) {
        Set<String> namespaces = new HashSet<>();
        namespacesOf(assign.target(), namespaces);
        Eval[] checked = namespaces.stream()
                .map(name -> ExpressionCompiler.compile(place, new Syntax.Name(name, assign.line())))
                .toArray(Eval[]::new);
        Assigner target = target(place, assign.target());
        Eval value = ExpressionCompiler.compile(place, assign.value());
        int line = assign.line();
        return (frame, out) -> {
            frame.render.line(line);
            for (Eval namespace : checked) {
                if (!(namespace.eval(frame) instanceof Namespace)) {
                    throw EvalError.failed("cannot assign attribute on non-namespace object");
                }
            }
            target.assign(frame, value.eval(frame));
            return Flow.NEXT;
        };
    }

    private static void namespacesOf(Target target, Set<String> out) {
        switch (target) {
            case Syntax.NameTarget name -> {}
            case Syntax.NamespaceTarget namespace -> out.add(namespace.name());
            case Syntax.TupleTarget tuple -> tuple.items().forEach(item -> namespacesOf(item, out));
        }
    }

    private static Exec assignBlock(Place place, Syntax.AssignBlock assign) {
        Symbols symbols = place.symbols().inner(place.symbols().function());
        ScopeAnalysis.statements(symbols, assign.body());
        Place inner = place.inner(symbols);
        ScopeEntry entry = new ScopeEntry(symbols);
        Exec body = block(inner, assign.body());
        Captured captured = new Captured();
        Syntax.Filter filterSyntax = assign.filter();
        Eval filter = filterSyntax == null ? captured : ExpressionCompiler.filter(inner, filterSyntax, captured);
        Assigner target = target(place, assign.target());
        int line = assign.line();
        return (frame, out) -> {
            entry.enter(frame);
            StringBuilder text = new StringBuilder();
            Flow flow = body.exec(frame, text);
            if (flow != Flow.NEXT) {
                return flow;
            }
            frame.render.line(line);
            target.assign(frame, captured.filter(frame, text, filter));
            entry.leave(frame);
            return Flow.NEXT;
        };
    }

    static Assigner target(Place place, Target target) {
        return switch (target) {
            case Syntax.NameTarget name -> variable(place, name.name());
            case Syntax.NamespaceTarget namespace -> namespace(place, namespace);
            case Syntax.TupleTarget tuple -> {
                Assigner[] items =
                        tuple.items().stream().map(item -> target(place, item)).toArray(Assigner[]::new);
                yield (frame, value) -> {
                    List<Object> values = Iteration.toList(frame.render, value);
                    if (values.size() != items.length) {
                        throw EvalError.failed("cannot unpack " + values.size() + " values into " + items.length);
                    }
                    for (int i = 0; i < items.length; i++) {
                        items[i].assign(frame, values.get(i));
                    }
                };
            }
        };
    }

    private static Assigner namespace(Place place, Syntax.NamespaceTarget target) {
        Eval object = ExpressionCompiler.compile(place, new Syntax.Name(target.name(), 0));
        String attribute = target.attribute();
        return (frame, value) -> {
            if (!(object.eval(frame) instanceof Namespace namespace)) {
                throw EvalError.failed("cannot assign attribute on non-namespace object");
            }
            namespace.attributes().put(attribute, value);
        };
    }

    /** Assigns to a variable of the scope itself: scopes never change the variables of outer ones. */
    static Assigner variable(Place place, String name) {
        Variable variable = find(place, name);
        int slot = variable.slot();
        if (place.symbols().function() != variable.function()) {
            throw new IllegalStateException("assignment to '" + name + "' of an outer function");
        }
        return (frame, value) -> frame.slots[slot] = value;
    }

    private static Variable find(Place place, String name) {
        @Nullable Variable variable = place.symbols().find(name);
        if (variable == null) {
            throw new IllegalStateException("unknown variable '" + name + "'");
        }
        return variable;
    }
}
