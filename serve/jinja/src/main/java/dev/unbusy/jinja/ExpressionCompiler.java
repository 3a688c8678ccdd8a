package dev.unbusy.jinja;

import dev.unbusy.jinja.FunctionScope.Variable;
import dev.unbusy.jinja.Syntax.Arguments;
import dev.unbusy.jinja.Syntax.Comparison;
import dev.unbusy.jinja.Syntax.Expr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns expressions into closures. */
final class ExpressionCompiler {
    private ExpressionCompiler() {}

    static Eval compile(Place place, Expr expr) {
        return switch (expr) {
            case Syntax.Name name -> name(place, name);
            case Syntax.Const constant -> {
                Object value = constant.value();
                yield frame -> value;
            }
            case Syntax.TupleOf tuple -> {
                Eval[] items = all(place, tuple.items());
                yield frame -> PyTuple.of(values(frame, items));
            }
            case Syntax.ListOf list -> {
                Eval[] items = all(place, list.items());
                yield frame -> new PyList(values(frame, items));
            }
            case Syntax.DictOf dict -> dict(place, dict);
            case Syntax.Unary unary -> unary(place, unary);
            case Syntax.Binary binary -> {
                Eval left = compile(place, binary.left());
                Eval right = compile(place, binary.right());
                Syntax.BinaryOperator operator = binary.operator();
                yield frame -> Arithmetic.apply(frame.render, operator, left.eval(frame), right.eval(frame));
            }
            case Syntax.Logic logic -> {
                Eval left = compile(place, logic.left());
                Eval right = compile(place, logic.right());
                boolean and = logic.and();
                yield frame -> {
                    Object value = left.eval(frame);
                    return Truth.of(value) == and ? right.eval(frame) : value;
                };
            }
            case Syntax.Compare compare -> compare(place, compare);
            case Syntax.Concat concat -> concat(place, concat);
            case Syntax.Conditional conditional -> conditional(place.conditional(), conditional);
            case Syntax.Attribute attribute -> {
                Eval object = compile(place, attribute.object());
                String name = attribute.name();
                yield frame -> Attributes.get(frame.render, object.eval(frame), name);
            }
            case Syntax.Item item -> item(place, item);
            case Syntax.Call call -> call(place, call, null);
            case Syntax.Filter filter -> filter(place, filter, null);
            case Syntax.Test test -> test(place, test);
            case Syntax.Slice slice -> throw new IllegalStateException("slice outside an index");
            case Syntax.NamespaceRef ref -> throw new IllegalStateException("namespace reference outside a set");
        };
    }

    private static Eval[] all(Place place, List<Expr> exprs) {
        return exprs.stream().map(expr -> compile(place, expr)).toArray(Eval[]::new);
    }

    private static List<Object> values(Frame frame, Eval[] evals) {
        Object[] values = new Object[evals.length];
        for (int i = 0; i < evals.length; i++) {
            values[i] = evals[i].eval(frame);
        }
        frame.render.work(values.length);
        return Arrays.asList(values);
    }

    private static Eval name(Place place, Syntax.Name name) {
        Variable variable = place.symbols().find(name.name());
        if (variable == null) {
            throw EvalError.syntax(name.line(), "'" + name.name() + "' cannot be used here");
        }
        int hops = place.symbols().function().hopsTo(variable);
        int slot = variable.slot();
        String text = name.name();
        if (hops == 0) {
            return frame -> orUndefined(frame.slots[slot], text);
        }
        return frame -> orUndefined(frame.out(hops).slots[slot], text);
    }

    private static Object orUndefined(Object value, String name) {
        return value == Missing.MISSING ? Undefined.variable(name) : value;
    }

    private static Eval dict(Place place, Syntax.DictOf dict) {
        Eval[] keys = all(place, dict.keys());
        Eval[] values = all(place, dict.values());
        return frame -> {
            PyDict result = new PyDict();
            frame.render.work(keys.length);
            for (int i = 0; i < keys.length; i++) {
                Object key = keys[i].eval(frame);
                if (key instanceof Markup) {
                    throw EvalError.unsupported("markup as a dict key");
                }
                result.put(key, values[i].eval(frame));
            }
            return result;
        };
    }

    private static Eval unary(Place place, Syntax.Unary unary) {
        Eval operand = compile(place, unary.operand());
        return switch (unary.operator()) {
            case NOT -> frame -> !Truth.of(operand.eval(frame));
            case MINUS -> frame -> Arithmetic.negate(operand.eval(frame));
            case PLUS -> frame -> Arithmetic.plus(operand.eval(frame));
        };
    }

    private static Eval compare(Place place, Syntax.Compare compare) {
        Eval first = compile(place, compare.first());
        Eval[] rest = all(place, compare.rest());
        Comparison[] operators = compare.operators().toArray(Comparison[]::new);
        return frame -> {
            Object left = first.eval(frame);
            for (int i = 0; i < rest.length; i++) {
                Object right = rest[i].eval(frame);
                if (!holds(frame.render, operators[i], left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private static boolean holds(Render render, Comparison operator, Object left, Object right) {
        render.work(Math.min(Weight.of(left), Weight.of(right)));
        return switch (operator) {
            case EQ -> Equality.equal(left, right);
            case NE -> !Equality.equal(left, right);
            case LT -> Ordering.less(left, right);
            case LE -> Ordering.lessOrEqual(left, right);
            case GT -> Ordering.less(right, left);
            case GE -> Ordering.lessOrEqual(right, left);
            case IN -> Ordering.contains(render, right, left);
            case NOT_IN -> !Ordering.contains(render, right, left);
        };
    }

    private static Eval concat(Place place, Syntax.Concat concat) {
        Eval[] parts = all(place, concat.parts());
        return frame -> {
            StringBuilder text = new StringBuilder();
            for (Eval part : parts) {
                frame.render.append(text, Repr.str(part.eval(frame)));
            }
            return text.toString();
        };
    }

    private static Eval conditional(Place place, Syntax.Conditional conditional) {
        Eval test = compile(place, conditional.test());
        Eval then = compile(place, conditional.then());
        Expr otherwise = conditional.otherwise();
        Eval otherwiseEval = otherwise == null ? noElse(conditional.line()) : compile(place, otherwise);
        return frame -> Truth.of(test.eval(frame)) ? then.eval(frame) : otherwiseEval.eval(frame);
    }

    private static Eval noElse(int line) {
        String hint =
                "the inline if-expression on line " + line + " evaluated to false and no else section was defined.";
        return frame -> Undefined.because(hint);
    }

    private static Eval item(Place place, Syntax.Item item) {
        Eval object = compile(place, item.object());
        if (item.index() instanceof Syntax.Slice slice) {
            Eval start = optional(place, slice.start());
            Eval stop = optional(place, slice.stop());
            Eval step = optional(place, slice.step());
            return frame -> Slices.slice(
                    frame.render, object.eval(frame), start.eval(frame), stop.eval(frame), step.eval(frame));
        }
        Eval index = compile(place, item.index());
        return frame -> Items.get(frame.render, object.eval(frame), index.eval(frame));
    }

    private static Eval optional(Place place, @Nullable Expr expr) {
        return expr == null ? frame -> None.NONE : compile(place, expr);
    }

    /** @param caller value of the extra keyword argument {@code caller}, or null */
    static Eval call(Place place, Syntax.Call call, @Nullable Eval caller) {
        Eval callee = compile(place, call.callee());
        Arguments arguments = call.arguments();
        if (caller != null && arguments.names().contains("caller")) {
            throw EvalError.syntax(call.line(), "keyword argument 'caller' repeated");
        }
        ArgumentsEval args = new ArgumentsEval(place, arguments, caller);
        int line = call.line();
        return frame -> {
            Object function = callee.eval(frame);
            Args evaluated = args.eval(frame);
            Render render = frame.render;
            render.line(line);
            render.work(1);
            if (function instanceof Callable callable) {
                return callable.call(render, evaluated);
            }
            if (function instanceof Undefined undefined) {
                throw undefined.fail();
            }
            throw EvalError.failed("'" + Types.name(function) + "' object is not callable");
        };
    }

    /** @param input what a filter without a value of its own filters */
    static Eval filter(Place place, Syntax.Filter filter, @Nullable Eval input) {
        Expr value = filter.value();
        Eval eval;
        if (value instanceof Syntax.Filter inner && input != null) {
            eval = filter(place, inner, input);
        } else if (value != null) {
            eval = compile(place, value);
        } else if (input != null) {
            eval = input;
        } else {
            throw new IllegalStateException("filter without a value");
        }
        Filters.Function function = Filters.find(filter.name(), filter.line(), place.soft());
        ArgumentsEval args = new ArgumentsEval(place, filter.arguments(), null);
        int line = filter.line();
        return frame -> {
            Object filtered = eval.eval(frame);
            Args evaluated = args.eval(frame);
            frame.render.line(line);
            frame.render.work(1);
            return function.apply(frame.render, filtered, evaluated);
        };
    }

    private static Eval test(Place place, Syntax.Test test) {
        Eval value = compile(place, test.value());
        Tests.Function function = Tests.find(test.name(), test.line(), place.soft());
        ArgumentsEval args = new ArgumentsEval(place, test.arguments(), null);
        return frame -> {
            Object tested = value.eval(frame);
            return function.test(frame.render, tested, args.eval(frame));
        };
    }

    /** Evaluates the arguments of a call. */
    private static final class ArgumentsEval {
        private final Eval[] positional;
        private final Eval[] named;
        private final List<String> names;
        private final @Nullable Eval star;
        private final @Nullable Eval doubleStar;

        ArgumentsEval(Place place, Arguments arguments, @Nullable Eval caller) {
            positional = all(place, arguments.positional());
            List<String> allNames = new ArrayList<>(arguments.names());
            List<Eval> allNamed = new ArrayList<>(Arrays.asList(all(place, arguments.named())));
            if (caller != null) {
                allNames.add("caller");
                allNamed.add(caller);
            }
            names = List.copyOf(allNames);
            named = allNamed.toArray(Eval[]::new);
            Expr starExpr = arguments.star();
            star = starExpr == null ? null : compile(place, starExpr);
            Expr doubleStarExpr = arguments.doubleStar();
            doubleStar = doubleStarExpr == null ? null : compile(place, doubleStarExpr);
        }

        Args eval(Frame frame) {
            if (positional.length == 0 && named.length == 0 && star == null && doubleStar == null) {
                return Args.NONE;
            }
            List<Object> values = positional.length == 0 ? List.of() : values(frame, positional);
            List<Object> namedValues = named.length == 0 ? List.of() : values(frame, named);
            if (star != null) {
                List<Object> all = new ArrayList<>(values);
                all.addAll(Iteration.toList(frame.render, star.eval(frame)));
                values = all;
            }
            return doubleStar == null
                    ? new Args(values, names, namedValues)
                    : withDoubleStar(values, namedValues, doubleStar.eval(frame));
        }

        private Args withDoubleStar(List<Object> values, List<Object> namedValues, Object mapping) {
            if (!(mapping instanceof PyDict dict)) {
                throw mapping instanceof Undefined undefined
                        ? undefined.fail()
                        : EvalError.failed("argument after ** must be a mapping, not " + Types.name(mapping));
            }
            List<String> allNames = new ArrayList<>(names);
            List<Object> allValues = new ArrayList<>(namedValues);
            Iterator<Object> dictValues = dict.values();
            for (Iterator<Object> keys = dict.keys(); keys.hasNext(); ) {
                Object key = keys.next();
                if (!(key instanceof String name)) {
                    throw EvalError.failed("keywords must be strings");
                }
                if (allNames.contains(name)) {
                    throw EvalError.failed("got multiple values for keyword argument " + Repr.quote(name));
                }
                allNames.add(name);
                allValues.add(dictValues.next());
            }
            return new Args(values, allNames, allValues);
        }
    }
}
