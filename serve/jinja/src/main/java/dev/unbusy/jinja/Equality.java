package dev.unbusy.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/** Python's {@code ==} and {@code hash}. */
@SuppressWarnings(
        "ReferenceEquality") // Python compares identity first: it is its rule, and it ends early on shared values.
final class Equality {
    private Equality() {}

    static boolean equal(Object a, Object b) {
        if (a == b) {
            return !Numbers.isNaN(a);
        }
        return switch (a) {
            case String s -> Types.isText(b) && s.equals(Types.textOf(b));
            case Markup m -> Types.isText(b) && m.text().equals(Types.textOf(b));
            case PyList list -> b instanceof PyList other && equalItems(list.items(), other.items());
            case PyTuple tuple -> b instanceof PyTuple other && equalItems(tuple.items(), other.items());
            case PyDict dict -> b instanceof PyDict other && equalDicts(dict, other);
            case PyRange range -> b instanceof PyRange other && equalRanges(range, other);
            case DictView view -> b instanceof DictView other && equalViews(view, other);
            case Undefined undefined -> b instanceof Undefined;
            default ->
                Numbers.isNumber(a)
                        && Numbers.isNumber(b)
                        && !Numbers.isNaN(a)
                        && !Numbers.isNaN(b)
                        && Numbers.compare(a, b) == 0;
        };
    }

    private static boolean equalItems(List<Object> a, List<Object> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** As containers compare: the same object is always equal to itself. */
    static boolean same(Object a, Object b) {
        return a == b || equal(a, b);
    }

    private static boolean equalDicts(PyDict a, PyDict b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (PyTuple entry : a.entries()) {
            Object other = b.get(entry.items().get(0));
            if (other == null || !same(entry.items().get(1), other)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalRanges(PyRange a, PyRange b) {
        int size = a.size();
        return size == b.size() && (size == 0 || (a.start() == b.start() && (size == 1 || a.step() == b.step())));
    }

    private static boolean equalViews(DictView a, DictView b) {
        if (a.kind() == DictView.Kind.VALUES || b.kind() == DictView.Kind.VALUES) {
            return false;
        }
        if (a.kind() == b.kind() && a.kind() == DictView.Kind.ITEMS) {
            return equalDicts(a.dict(), b.dict());
        }
        if (a.kind() != b.kind()) {
            throw EvalError.unsupported("comparing dict keys with dict items");
        }
        if (a.dict().size() != b.dict().size()) {
            return false;
        }
        return a.toList().stream().allMatch(key -> b.dict().get(key) != null);
    }

    static int hash(Object value) {
        return switch (value) {
            case String s -> s.hashCode();
            case Markup m -> m.text().hashCode();
            case Boolean b -> Long.hashCode(b ? 1 : 0);
            case Double d -> hashDouble(d);
            case PyTuple tuple -> {
                int hash = 1;
                for (Object item : tuple.items()) {
                    hash = 31 * hash + hash(item);
                }
                yield hash;
            }
            case PyRange range -> range.size();
            case PyList list -> throw unhashable(list);
            case PyDict dict -> throw unhashable(dict);
            case DictView view -> {
                if (view.kind() != DictView.Kind.VALUES) {
                    throw unhashable(view);
                }
                yield System.identityHashCode(value);
            }
            case Undefined undefined -> 1;
            default -> value.hashCode();
        };
    }

    private static int hashDouble(double d) {
        if (d == Math.rint(d) && !Double.isInfinite(d)) {
            BigInteger integral = new BigDecimal(d).toBigInteger();
            return Numbers.normalize(integral).hashCode();
        }
        return Double.hashCode(d);
    }

    private static EvalError unhashable(Object value) {
        return EvalError.failed("unhashable type: '" + Types.name(value) + "'");
    }
}
