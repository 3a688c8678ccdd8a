package dev.unbusy.jinja;

import java.math.BigInteger;

/** Names of types as Python has them, and checks that fail with them. */
final class Types {
    private Types() {}

    static String name(Object value) {
        return switch (value) {
            case None none -> "NoneType";
            case Boolean b -> "bool";
            case Long n -> "int";
            case BigInteger n -> "int";
            case Double d -> "float";
            case String s -> "str";
            case Markup m -> "Markup";
            case PyList list -> "list";
            case PyTuple tuple -> "tuple";
            case PyDict dict -> "dict";
            case DictView view -> view.typeName();
            case PyRange range -> "range";
            case Undefined undefined -> "Undefined";
            case Lazy lazy -> "generator";
            case Namespace namespace -> "Namespace";
            case LoopContext loop -> "LoopContext";
            case Macro macro -> "Macro";
            case Cycler cycler -> "Cycler";
            case Joiner joiner -> "Joiner";
            default -> "function";
        };
    }

    static boolean isText(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    /** The characters of a string or markup. */
    static String textOf(Object value) {
        return value instanceof Markup markup ? markup.text() : (String) value;
    }

    static String text(String function, Object value) {
        if (!isText(value)) {
            throw EvalError.failed(function + "() wants a string, not '" + name(value) + "'");
        }
        return textOf(value);
    }
}
