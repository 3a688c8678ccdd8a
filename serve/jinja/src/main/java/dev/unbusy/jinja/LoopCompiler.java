package dev.unbusy.jinja;

import dev.unbusy.jinja.Exec.Flow;
import dev.unbusy.jinja.StatementCompiler.Assigner;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled {@code for} loop. Its {@code else} runs unless the body reached its end at least once: after an early
 * {@code continue} in every round it runs too, as in the reference.
 */
final class LoopCompiler {
    private final Assigner target;
    private final @Nullable Assigner loopVariable;
    private final ScopeEntry entry;
    private final Exec body;
    private final ScopeEntry elseEntry;
    private final @Nullable Exec otherwise;
    private final FunctionScope function;
    private final @Nullable Filter filter;

    private LoopCompiler(Place place, Syntax.For loop) {
        if (Names.assignsName(loop, "loop")) {
            throw EvalError.syntax(loop.line(), "Can't assign to special loop variable in for-loop target");
        }
        FunctionScope outer = place.symbols().function();
        function = loop.recursive() ? new FunctionScope(outer) : outer;
        Symbols symbols = place.symbols().inner(function);
        boolean extended = loop.recursive()
                || !Names.undeclared(loop.body(), Set.of("loop")).isEmpty();
        if (extended) {
            symbols.parameter("loop");
        }
        ScopeAnalysis.parameters(symbols, loop.target());
        ScopeAnalysis.statements(symbols, loop.body());
        Symbols elseSymbols = place.symbols().inner(function);
        ScopeAnalysis.statements(elseSymbols, loop.otherwise());
        Place inner = place.loop(symbols);
        target = StatementCompiler.target(inner, loop.target());
        loopVariable = extended ? StatementCompiler.variable(inner, "loop") : null;
        entry = new ScopeEntry(symbols);
        body = StatementCompiler.block(inner, loop.body());
        elseEntry = new ScopeEntry(elseSymbols);
        Place elsePlace = loop.recursive() ? Place.function(elseSymbols) : place.inner(elseSymbols);
        otherwise = loop.otherwise().isEmpty() ? null : StatementCompiler.block(elsePlace, loop.otherwise());
        filter = loop.test() == null ? null : new Filter(place, loop.target(), loop.test());
    }

    static Exec compile(Place place, Syntax.For loop) {
        Eval iterable = ExpressionCompiler.compile(place, loop.iterable());
        LoopCompiler compiled = new LoopCompiler(place, loop);
        int line = loop.line();
        if (!loop.recursive()) {
            return (frame, out) -> {
                frame.render.line(line);
                return compiled.run(frame, frame, iterable.eval(frame), 0, out);
            };
        }
        return (frame, out) -> {
            frame.render.line(line);
            frame.render.append(out, compiled.recurse(frame, iterable.eval(frame), 0));
            return Flow.NEXT;
        };
    }

    private String recurse(Frame outer, Object iterable, int depth) {
        outer.render.enter();
        StringBuilder out = new StringBuilder();
        run(outer, new Frame(outer.render, function, outer), iterable, depth, out);
        outer.render.leave();
        return out.toString();
    }

    /**
     * @param outer frame of the function around the loop
     * @param frame frame that the loop's variables are in: the same, or the loop's own if it is recursive
     */
    private Flow run(Frame outer, Frame frame, Object iterable, int depth, StringBuilder out) {
        Iterator<Object> items = filter == null ? Iteration.of(iterable) : filter.select(outer, Iteration.of(iterable));
        LoopContext loop = null;
        if (loopVariable != null) {
            LoopContext.Recursion recursion = frame == outer ? null : (nested, level) -> recurse(outer, nested, level);
            loop = new LoopContext(filter == null ? iterable : items, items, recursion, depth);
        }
        boolean completed = false;
        while (loop == null ? items.hasNext() : loop.hasNext()) {
            frame.render.work(1);
            target.assign(frame, loop == null ? items.next() : loop.next());
            if (loopVariable != null && loop != null) {
                loopVariable.assign(frame, loop);
            }
            entry.enter(frame);
            Flow flow = body.exec(frame, out);
            if (flow == Flow.BREAK) {
                break;
            }
            completed |= flow == Flow.NEXT;
        }
        entry.leave(frame);
        if (otherwise == null || completed) {
            return Flow.NEXT;
        }
        elseEntry.enter(frame);
        return otherwise.exec(frame, out);
    }

    /** The {@code if} of a loop: a function of its own, which makes the selected items one by one. */
    private static final class Filter {
        private final FunctionScope function;
        private final ScopeEntry entry;
        private final Assigner target;
        private final Eval item;
        private final Eval test;

        Filter(Place place, Syntax.Target targetSyntax, Syntax.Expr testSyntax) {
            function = new FunctionScope(place.symbols().function());
            Symbols symbols = place.symbols().inner(function);
            ScopeAnalysis.parameters(symbols, targetSyntax);
            ScopeAnalysis.reads(symbols, testSyntax);
            Place inner = Place.function(symbols);
            entry = new ScopeEntry(symbols);
            target = StatementCompiler.target(inner, targetSyntax);
            item = ExpressionCompiler.compile(inner, asExpr(targetSyntax));
            test = ExpressionCompiler.compile(inner, testSyntax);
        }

        private static Syntax.Expr asExpr(Syntax.Target target) {
            return switch (target) {
                case Syntax.NameTarget name -> new Syntax.Name(name.name(), name.line());
                case Syntax.NamespaceTarget namespace -> throw new IllegalStateException("namespace in a for");
                case Syntax.TupleTarget tuple ->
                    new Syntax.TupleOf(
                            tuple.items().stream().map(Filter::asExpr).toList());
            };
        }

        Iterator<Object> select(Frame outer, Iterator<Object> items) {
            Frame frame = new Frame(outer.render, function, outer);
            return new Iterator<>() {
                private boolean entered;
                private @Nullable Object next;

                @Override
                public boolean hasNext() {
                    if (!entered) {
                        entry.enter(frame);
                        entered = true;
                    }
                    while (next == null && items.hasNext()) {
                        frame.render.work(1);
                        target.assign(frame, items.next());
                        if (Truth.of(test.eval(frame))) {
                            next = item.eval(frame);
                        }
                    }
                    return next != null;
                }

                @Override
                public Object next() {
                    Object selected = hasNext() ? next : null;
                    if (selected == null) {
                        throw new NoSuchElementException();
                    }
                    next = null;
                    return selected;
                }
            };
        }
    }
}
