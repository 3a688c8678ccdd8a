package dev.unbusy.jinja;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code object.name}: the attribute of a Python object, else its item of that name, as the sandbox allows. So
 * {@code message.items} is a method even if the message has a key "items", while {@code message["items"]} is that key.
 */
final class Attributes {
    private static final Set<String> DICT_METHODS = Set.of("get", "items", "keys", "values", "copy", "fromkeys");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> LIST_METHODS = Set.of("count", "index", "copy");
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> INT_METHODS =
            Set.of("as_integer_ratio", "bit_count", "bit_length", "conjugate", "from_bytes", "to_bytes");
    private static final Set<String> FLOAT_METHODS =
            Set.of("as_integer_ratio", "conjugate", "fromhex", "hex", "is_integer");

    /** Attributes of every Python object and of dicts; the sandbox hides them, also from items of the same name. */
    private static final Set<String> INTERNALS = Set.of(
            "__class__",
            "__class_getitem__",
            "__contains__",
            "__delattr__",
            "__delitem__",
            "__dir__",
            "__doc__",
            "__eq__",
            "__format__",
            "__ge__",
            "__getattribute__",
            "__getitem__",
            "__getstate__",
            "__gt__",
            "__hash__",
            "__init__",
            "__init_subclass__",
            "__ior__",
            "__iter__",
            "__le__",
            "__len__",
            "__lt__",
            "__ne__",
            "__new__",
            "__or__",
            "__reduce__",
            "__reduce_ex__",
            "__repr__",
            "__reversed__",
            "__ror__",
            "__setattr__",
            "__setitem__",
            "__sizeof__",
            "__str__",
            "__subclasshook__");

    private Attributes() {}

    static Object get(Render render, Object object, String name) {
        Object found = find(object, name);
        if (found != null) {
            return found;
        }
        if (object instanceof PyDict dict) {
            Object item = dict.get(name);
            if (item != null) {
                return item;
            }
        }
        return Undefined.member(object, name);
    }

    /** The attribute itself, an undefined value if the sandbox hides it, or null if there is none. */
    static @Nullable Object find(Object object, String name) {
        if (object instanceof Namespace namespace) {
            Object value = namespace.attributes().get(name);
            return value != null && name.startsWith("_") ? Undefined.unsafe(object, name) : value;
        }
        if (name.startsWith("_") && INTERNALS.contains(name)) {
            return Undefined.unsafe(object, name);
        }
        return switch (object) {
            case Undefined undefined -> throw undefined.fail();
            case String s -> StringMethods.NAMES.contains(name) ? new BoundMethod(s, name) : null;
            case Markup m ->
                StringMethods.NAMES.contains(name) || MarkupMethods.NAMES.contains(name)
                        ? new BoundMethod(m, name)
                        : null;
            case PyDict dict -> method(dict, name, DICT_METHODS, DICT_CHANGES);
            case PyList list -> method(list, name, LIST_METHODS, LIST_CHANGES);
            case PyTuple tuple -> tupleAttribute(tuple, name);
            case LoopContext loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case Cycler cycler -> cycler.attribute(name);
            case Joiner joiner -> joiner.attribute(name);
            case PyRange range ->
                switch (name) {
                    case "start" -> range.start();
                    case "stop" -> range.stop();
                    case "step" -> range.step();
                    case "count", "index" -> new BoundMethod(range, name);
                    default -> null;
                };
            case DictView view -> unsupported(view, name, Set.of("isdisjoint", "mapping"));
            case Lazy lazy -> unsupported(lazy, name, Set.of("close", "send", "throw"));
            case Double d -> floatAttribute(d, name);
            default -> Numbers.isInteger(object) ? integerAttribute(object, name) : null;
        };
    }

    private static @Nullable Object method(Object object, String name, Set<String> methods, Set<String> changes) {
        if (methods.contains(name)) {
            return new BoundMethod(object, name);
        }
        return changes.contains(name) ? Undefined.unsafe(object, name) : null;
    }

    private static @Nullable Object tupleAttribute(PyTuple tuple, String name) {
        if (tuple.isGroup() && name.equals("grouper")) {
            return tuple.items().get(0);
        }
        if (tuple.isGroup() && name.equals("list")) {
            return tuple.items().get(1);
        }
        return name.equals("count") || name.equals("index") ? new BoundMethod(tuple, name) : null;
    }

    private static @Nullable Object integerAttribute(Object integer, String name) {
        return switch (name) {
            case "real", "numerator" -> Numbers.normalize(Numbers.big(integer));
            case "imag" -> 0L;
            case "denominator" -> 1L;
            default -> unsupported(integer, name, INT_METHODS);
        };
    }

    private static @Nullable Object floatAttribute(Double d, String name) {
        return switch (name) {
            case "real" -> d;
            case "imag" -> 0.0;
            default -> unsupported(d, name, FLOAT_METHODS);
        };
    }

    private static @Nullable Object unsupported(Object object, String name, Set<String> known) {
        if (known.contains(name)) {
            throw EvalError.unsupported("attribute '" + name + "' of " + Types.name(object));
        }
        return null;
    }
}
