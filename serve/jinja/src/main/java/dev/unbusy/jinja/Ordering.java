package dev.unbusy.jinja;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Python's {@code < <= > >=} and {@code in}. */
final class Ordering {
    private Ordering() {}

    /** Orders by {@code <}; fails on values that Python cannot order. */
    static final Comparator<Object> COMPARATOR = (a, b) -> less(a, b) ? -1 : less(b, a) ? 1 : 0;

    static boolean less(Object a, Object b) {
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return !Numbers.isNaN(a) && !Numbers.isNaN(b) && Numbers.compare(a, b) < 0;
        }
        return compare(a, b, "<") < 0;
    }

    static boolean lessOrEqual(Object a, Object b) {
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return !Numbers.isNaN(a) && !Numbers.isNaN(b) && Numbers.compare(a, b) <= 0;
        }
        return compare(a, b, "<=") <= 0;
    }

    private static int compare(Object a, Object b, String operator) {
        if (Types.isText(a) && Types.isText(b)) {
            return CodePoints.compare(Types.textOf(a), Types.textOf(b));
        }
        if (a instanceof PyList x && b instanceof PyList y) {
            return compareItems(x.items(), y.items(), operator);
        }
        if (a instanceof PyTuple x && b instanceof PyTuple y) {
            return compareItems(x.items(), y.items(), operator);
        }
        if (a instanceof Undefined undefined) {
            throw undefined.fail();
        }
        if (b instanceof Undefined undefined) {
            throw undefined.fail();
        }
        if (a instanceof DictView && b instanceof DictView) {
            throw EvalError.unsupported("ordering dict views");
        }
        throw EvalError.failed("'" + operator + "' not supported between instances of '" + Types.name(a) + "' and '"
                + Types.name(b) + "'");
    }

    private static int compareItems(List<Object> a, List<Object> b, String operator) {
        int length = Math.min(a.size(), b.size());
        for (int i = 0; i < length; i++) {
            Object x = a.get(i);
            Object y = b.get(i);
            if (!Equality.same(x, y)) {
                boolean holds = operator.equals("<") ? less(x, y) : lessOrEqual(x, y);
                return holds ? -1 : 1;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    static boolean contains(Render render, Object container, Object item) {
        return switch (container) {
            case String s -> s.contains(needle(item));
            case Markup m -> m.text().contains(needle(item));
            case PyDict dict -> dict.get(item) != null;
            case DictView view
            when view.kind() == DictView.Kind.KEYS -> view.dict().get(item) != null;
            case DictView view when view.kind() == DictView.Kind.ITEMS -> containsPair(view.dict(), item);
            case PyRange range
            when Numbers.isInteger(item) -> !(item instanceof BigInteger) && range.contains(Numbers.smallInteger(item));
            default -> containsByIteration(render, container, item);
        };
    }

    private static boolean containsPair(PyDict dict, Object item) {
        if (!(item instanceof PyTuple pair) || pair.size() != 2) {
            return false;
        }
        Object value = dict.get(pair.items().get(0));
        return value != null && Equality.same(value, pair.items().get(1));
    }

    private static boolean containsByIteration(Render render, Object container, Object item) {
        if (!Iteration.isIterable(container)) {
            throw EvalError.failed("argument of type '" + Types.name(container) + "' is not iterable");
        }
        for (Iterator<Object> values = Iteration.of(container); values.hasNext(); ) {
            Object value = values.next();
            render.work(Math.min(Weight.of(value), Weight.of(item)));
            if (Equality.same(value, item)) {
                return true;
            }
        }
        return false;
    }

    private static String needle(Object item) {
        if (!Types.isText(item)) {
            throw EvalError.failed("'in <string>' requires string as left operand, not " + Types.name(item));
        }
        return Types.textOf(item);
    }
}
