package dev.unbusy.jinja;

import dev.unbusy.jinja.StatementCompiler.Assigner;
import dev.unbusy.jinja.Syntax.Stmt;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A compiled macro, or the body of a call block, which is a macro without a name. */
final class MacroCompiler {
    private final @Nullable String name;
    private final List<String> parameters;
    private final Eval[] defaults;
    private final Assigner[] targets;
    private final boolean takesCaller;
    private final boolean takesKwargs;
    private final boolean takesVarargs;
    private final FunctionScope function;
    private final ScopeEntry entry;
    private final Exec body;

    MacroCompiler(Place place, @Nullable String name, Syntax.Signature signature, List<Stmt> statements, int line) {
        this.name = name;
        parameters = List.copyOf(signature.parameters());
        function = new FunctionScope(place.symbols().function());
        Symbols symbols = place.symbols().inner(function);
        analyze(symbols, signature, statements);
        Set<String> special = Names.undeclared(statements, Set.of("caller", "kwargs", "varargs"));
        takesCaller = special.contains("caller");
        boolean explicitCaller = parameters.contains("caller");
        int firstDefault = parameters.size() - signature.defaults().size();
        if (takesCaller && explicitCaller && parameters.indexOf("caller") < firstDefault) {
            throw EvalError.syntax(
                    line, "the special \"caller\" argument of a macro must be omitted or be given a default");
        }
        if (takesCaller && !explicitCaller) {
            symbols.parameter("caller");
        }
        takesKwargs = special.contains("kwargs") && !parameters.contains("kwargs");
        if (takesKwargs) {
            symbols.parameter("kwargs");
        }
        takesVarargs = special.contains("varargs") && !parameters.contains("varargs");
        if (takesVarargs) {
            symbols.parameter("varargs");
        }
        analyze(symbols, signature, statements);
        Place inner = Place.function(symbols);
        entry = new ScopeEntry(symbols);
        targets = parameters.stream()
                .map(parameter -> StatementCompiler.variable(inner, parameter))
                .toArray(Assigner[]::new);
        defaults = new Eval[parameters.size()];
        for (int i = 0; i < defaults.length; i++) {
            defaults[i] = i < firstDefault
                    ? notProvided(parameters.get(i))
                    : ExpressionCompiler.compile(inner, signature.defaults().get(i - firstDefault));
        }
        extra = new Assigner[] {
            takesCaller && !explicitCaller ? StatementCompiler.variable(inner, "caller") : null,
            takesKwargs ? StatementCompiler.variable(inner, "kwargs") : null,
            takesVarargs ? StatementCompiler.variable(inner, "varargs") : null
        };
        body = StatementCompiler.block(inner, statements);
    }

    /** Where caller, kwargs and varargs go, if the macro takes them. */
    private final @Nullable Assigner[] extra;

    private static void analyze(Symbols symbols, Syntax.Signature signature, List<Stmt> statements) {
        signature.parameters().forEach(symbols::parameter);
        signature.defaults().forEach(value -> ScopeAnalysis.reads(symbols, value));
        ScopeAnalysis.statements(symbols, statements);
    }

    private static Eval notProvided(String parameter) {
        return frame -> Undefined.because("parameter " + Repr.quote(parameter) + " was not provided");
    }

    /** The macro as a value, which sees the variables around its definition. */
    Macro bind(Frame frame) {
        return new Macro(this, frame);
    }

    @Nullable
    String name() {
        return name;
    }

    List<String> parameters() {
        return parameters;
    }

    boolean takesCaller() {
        return takesCaller;
    }

    boolean takesKwargs() {
        return takesKwargs;
    }

    boolean takesVarargs() {
        return takesVarargs;
    }

    /**
     * @param arguments by parameter; {@link Missing} where none was given
     * @param special caller, kwargs and varargs
     */
    String invoke(Render render, Frame outer, Object[] arguments, Object... special) {
        render.enter();
        Frame frame = new Frame(render, function, outer);
        for (int i = 0; i < targets.length; i++) {
            targets[i].assign(frame, arguments[i]);
        }
        for (int i = 0; i < extra.length; i++) {
            Assigner assigner = extra[i];
            if (assigner != null) {
                assigner.assign(frame, special[i]);
            }
        }
        entry.enter(frame);
        for (int i = 0; i < targets.length; i++) {
            if (arguments[i] == Missing.MISSING) {
                targets[i].assign(frame, defaults[i].eval(frame));
            }
        }
        StringBuilder out = new StringBuilder();
        body.exec(frame, out);
        render.leave();
        return out.toString();
    }
}
