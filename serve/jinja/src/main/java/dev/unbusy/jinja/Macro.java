package dev.unbusy.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A macro as a value. */
final class Macro implements Callable {
    private final MacroCompiler code;
    private final Frame outer;

    Macro(MacroCompiler code, Frame outer) {
        this.code = code;
        this.outer = outer;
    }

    String describe() {
        String name = code.name();
        return name == null ? "anonymous" : Repr.quote(name);
    }

    /** An attribute, or null if there is none of that name. */
    @Nullable
    Object attribute(String attribute) {
        return switch (attribute) {
            case "name" -> {
                String name = code.name();
                yield name == null ? None.NONE : name;
            }
            case "arguments" -> PyTuple.of(new ArrayList<>(code.parameters()));
            case "catch_kwargs" -> code.takesKwargs();
            case "catch_varargs" -> code.takesVarargs();
            case "caller" -> code.takesCaller();
            case "explicit_caller" -> code.parameters().contains("caller");
            default -> null;
        };
    }

    @Override
    public Object call(Render render, Args args) {
        List<String> parameters = code.parameters();
        int count = parameters.size();
        List<Object> positional = args.positional();
        List<String> names = new ArrayList<>(args.names());
        List<Object> named = new ArrayList<>(args.named());
        Object[] arguments = new Object[count];
        Arrays.fill(arguments, Missing.MISSING);
        int given = Math.min(count, positional.size());
        boolean foundCaller = given == count && parameters.contains("caller");
        for (int i = 0; i < count; i++) {
            String parameter = parameters.get(i);
            if (i < given) {
                arguments[i] = positional.get(i);
            } else {
                arguments[i] = take(names, named, parameter);
                foundCaller |= parameter.equals("caller");
            }
        }
        Object caller = Missing.MISSING;
        if (code.takesCaller() && !foundCaller) {
            if (parameters.contains("caller")) {
                throw EvalError.failed("macro " + describe() + " was given caller twice");
            }
            caller = take(names, named, "caller");
            if (caller == Missing.MISSING || caller == None.NONE) {
                caller = Undefined.because("No caller defined");
            }
        }
        if (!names.isEmpty() && !code.takesKwargs()) {
            throw EvalError.failed("macro " + describe() + " takes no keyword argument " + Repr.quote(names.get(0)));
        }
        if (positional.size() > count && !code.takesVarargs()) {
            throw EvalError.failed("macro " + describe() + " takes not more than " + count + " argument(s)");
        }
        PyDict kwargs = new PyDict();
        for (int i = 0; i < names.size(); i++) {
            kwargs.put(names.get(i), named.get(i));
        }
        PyTuple varargs = PyTuple.of(positional.subList(given, positional.size()));
        return code.invoke(render, outer, arguments, caller, kwargs, varargs);
    }

    private static Object take(List<String> names, List<Object> values, String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            return Missing.MISSING;
        }
        names.remove(index);
        return values.remove(index);
    }
}
