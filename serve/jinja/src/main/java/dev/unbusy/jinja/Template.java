package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Stmt;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A parsed chat template. Immutable: any number of threads may render it at the same time.
 *
 * <p>It is compiled to closures once; each name has its slot in an array then, by the scope rules of the reference. Text
 * in variables is data: it is never parsed.
 *
 * @see Limits what a template may use; a template can fail, but not crash or hang the process
 */
public final class Template {
    private final Limits limits;
    private final FunctionScope function;
    private final ScopeEntry entry;
    private final Exec body;

    private Template(List<Stmt> statements, Limits limits) {
        this.limits = limits;
        function = new FunctionScope(null);
        if (!Names.undeclared(statements, Set.of("self")).isEmpty()) {
            throw EvalError.unsupported(1, "the variable 'self'");
        }
        Symbols symbols = Symbols.root(function);
        ScopeAnalysis.statements(symbols, statements);
        entry = new ScopeEntry(symbols);
        body = StatementCompiler.block(Place.function(symbols), statements);
    }

    /** @throws JinjaException if the template is not valid, or uses what is not supported */
    public static Template parse(String source) {
        return parse(source, Limits.DEFAULT);
    }

    /** @throws JinjaException if the template is not valid, or uses what is not supported */
    public static Template parse(String source, Limits limits) {
        if (source.length() > limits.templateChars()) {
            throw failure(EvalError.limit("the template is longer than " + limits.templateChars() + " characters"), 1);
        }
        try {
            return new Template(Parser.parse(source), limits);
        } catch (EvalError e) {
            throw failure(e, 1);
        } catch (StackOverflowError e) {
            throw new JinjaException(JinjaException.Kind.LIMIT, 1, "the template is nested too deep", e);
        }
    }

    /** Renders with the time of this machine for {@code strftime_now}. */
    public String render(Map<String, ?> variables) {
        return render(variables, LocalDateTime::now);
    }

    /**
     * @param variables JSON-like values: null, Boolean, numbers, String, List, Map. They hide globals of the same name.
     * @param now what {@code strftime_now} formats
     * @throws JinjaException if the template fails, refuses the conversation with {@code raise_exception}, or reaches a
     *     limit
     */
    public String render(Map<String, ?> variables, Supplier<LocalDateTime> now) {
        Render render = new Render(limits, variables, now);
        try {
            Frame frame = new Frame(render, function, null);
            StringBuilder out = new StringBuilder();
            entry.enter(frame);
            body.exec(frame, out);
            return out.toString();
        } catch (EvalError e) {
            throw failure(e, render.line());
        } catch (StackOverflowError e) {
            // The state of a rendering is its own, so unwinding from any point leaves nothing half changed.
            throw new JinjaException(JinjaException.Kind.LIMIT, render.line(), "the template recurses too deep", e);
        }
    }

    private static JinjaException failure(EvalError error, int line) {
        return new JinjaException(error.kind(), error.line() > 0 ? error.line() : line, error.detail(), error);
    }
}
