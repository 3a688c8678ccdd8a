package dev.unbusy.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** The tests by name: what may follow {@code is}. */
final class Tests {
    /** A test of a value, with further arguments. */
    @FunctionalInterface
    interface Function {
        boolean test(Render render, Object value, Args args);
    }

    private static final Map<String, Function> ALL = new HashMap<>();

    static {
        simple("defined", value -> !(value instanceof Undefined));
        simple("undefined", value -> value instanceof Undefined);
        simple("none", value -> value == None.NONE);
        simple("boolean", value -> value instanceof Boolean);
        simple("true", Boolean.TRUE::equals);
        simple("false", Boolean.FALSE::equals);
        simple("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
        simple("float", value -> value instanceof Double);
        simple("number", Numbers::isNumber);
        simple("string", Types::isText);
        simple("mapping", value -> value instanceof PyDict);
        simple("sequence", Tests::isSequence);
        simple("iterable", Iteration::isIterable);
        simple("escaped", value -> value instanceof Markup);
        simple("lower", value -> Casing.isLower(Repr.str(value)));
        simple("upper", value -> Casing.isUpper(Repr.str(value)));
        simple("filter", Tests::isFilter);
        simple("test", Tests::isTest);
        ALL.put("callable", (render, value, args) -> {
            args.bindPositional("callable");
            return value instanceof Callable || value instanceof Undefined;
        });
        ALL.put("odd", (render, value, args) -> {
            args.bind("odd");
            return Equality.equal(Arithmetic.apply(render, Syntax.BinaryOperator.MOD, value, 2L), 1L);
        });
        ALL.put("even", (render, value, args) -> {
            args.bind("even");
            return Equality.equal(Arithmetic.apply(render, Syntax.BinaryOperator.MOD, value, 2L), 0L);
        });
        ALL.put("divisibleby", (render, value, args) -> {
            Object divisor = args.bind("divisibleby", "num").get(0);
            return Equality.equal(Arithmetic.apply(render, Syntax.BinaryOperator.MOD, value, divisor), 0L);
        });
        ALL.put(
                "in",
                (render, value, args) ->
                        Ordering.contains(render, args.bind("in", "seq").get(0), value));
        ALL.put(
                "sameas",
                (render, value, args) ->
                        same(value, args.bind("sameas", "other").get(0)));
        operator(Equality::equal, "==", "eq", "equalto");
        operator((a, b) -> !Equality.equal(a, b), "!=", "ne");
        operator(Ordering::less, "<", "lt", "lessthan");
        operator(Ordering::lessOrEqual, "<=", "le");
        operator((a, b) -> Ordering.less(b, a), ">", "gt", "greaterthan");
        operator((a, b) -> Ordering.lessOrEqual(b, a), ">=", "ge");
    }

    private Tests() {}

    private static void simple(String name, Predicate<Object> test) {
        ALL.put(name, (render, value, args) -> {
            args.bind(name);
            return test.test(value);
        });
    }

    private static void operator(BiPredicate<Object, Object> test, String... names) {
        for (String name : names) {
            ALL.put(name, (render, value, args) -> {
                Object other = args.bindPositional(name, "other").get(0);
                render.work(Math.min(Weight.of(value), Weight.of(other)));
                return test.test(value, other);
            });
        }
    }

    /** @param soft whether an unknown test fails only when it is used */
    static Function find(String name, int line, boolean soft) {
        Function function = ALL.get(name);
        if (function != null) {
            return function;
        }
        if (!soft) {
            throw EvalError.syntax(line, "No test named " + Repr.quote(name) + ".");
        }
        return (render, value, args) -> {
            throw EvalError.failed("No test named " + Repr.quote(name) + " found.");
        };
    }

    /** As {@code select('name')} looks one up while rendering. */
    static Function find(Object name) {
        Function function = name instanceof String s ? ALL.get(s) : null;
        if (function == null) {
            throw EvalError.failed("No test named " + Repr.repr(name) + ".");
        }
        return function;
    }

    private static boolean isSequence(Object value) {
        return value instanceof Seq
                || Types.isText(value)
                || value instanceof PyDict
                || value instanceof PyRange
                || value instanceof Undefined;
    }

    private static boolean isFilter(Object value) {
        HashKey.of(value);
        return Filters.exists(value);
    }

    private static boolean isTest(Object value) {
        HashKey.of(value);
        return value instanceof String name && ALL.containsKey(name);
    }

    /** Python's {@code is}; whether two equal strings or numbers are one object there is anyone's guess. */
    @SuppressWarnings("ReferenceEquality") // Identity is what the test asks for.
    private static boolean same(Object a, Object b) {
        if (a == b || a instanceof Boolean || b instanceof Boolean) {
            return a.equals(b);
        }
        boolean values =
                (Types.isText(a) || Numbers.isNumber(a)) && Types.name(a).equals(Types.name(b));
        if (values && Equality.equal(a, b)) {
            throw EvalError.unsupported("'sameas' between equal strings or numbers");
        }
        return false;
    }
}
