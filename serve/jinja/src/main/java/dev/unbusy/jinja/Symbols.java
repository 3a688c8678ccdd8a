package dev.unbusy.jinja;

import dev.unbusy.jinja.FunctionScope.Variable;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of one scope: which variable each stands for, and what that variable holds when the scope is entered. A name
 * that is only read belongs to the innermost enclosing scope that has it; a name that is assigned is the scope's own,
 * starting as a copy of the outer one.
 */
final class Symbols {
    /** What a variable holds when its scope is entered. */
    sealed interface Load {}

    /** Set by whoever enters the scope: parameters and loop targets. */
    record Parameter() implements Load {}

    /** The variable of that name given to the rendering, or a global. */
    record Resolve(String name) implements Load {}

    /** A copy of an outer variable. */
    record Alias(Variable outer) implements Load {}

    /** Nothing yet. */
    record Unset() implements Load {}

    private final int level;
    private final @Nullable Symbols parent;
    private final FunctionScope function;
    private final Map<String, Variable> refs = new LinkedHashMap<>();
    private final Map<Variable, Load> loads = new LinkedHashMap<>();
    private final Set<String> stores = new HashSet<>();

    private Symbols(int level, @Nullable Symbols parent, FunctionScope function) {
        this.level = level;
        this.parent = parent;
        this.function = function;
    }

    static Symbols root(FunctionScope function) {
        return new Symbols(0, null, function);
    }

    Symbols inner(FunctionScope innerFunction) {
        return new Symbols(level + 1, this, innerFunction);
    }

    /** A copy for one branch of an {@code if}; {@link #mergeBranches} brings it back. */
    Symbols branch() {
        Symbols copy = new Symbols(level, parent, function);
        copy.refs.putAll(refs);
        copy.loads.putAll(loads);
        copy.stores.addAll(stores);
        return copy;
    }

    FunctionScope function() {
        return function;
    }

    Map<Variable, Load> loads() {
        return loads;
    }

    private Variable define(String name, Load load) {
        Variable variable = function.variable(level, name);
        refs.put(name, variable);
        loads.put(variable, load);
        return variable;
    }

    @Nullable
    Variable find(String name) {
        for (Symbols scope = this; scope != null; scope = scope.parent) {
            Variable variable = scope.refs.get(name);
            if (variable != null) {
                return variable;
            }
        }
        return null;
    }

    void load(String name) {
        if (find(name) == null) {
            define(name, new Resolve(name));
        }
    }

    void store(String name) {
        stores.add(name);
        if (!refs.containsKey(name)) {
            Variable outer = parent == null ? null : parent.find(name);
            define(name, outer == null ? new Unset() : new Alias(outer));
        }
    }

    Variable parameter(String name) {
        stores.add(name);
        return define(name, new Parameter());
    }

    /** Names assigned in only some branches keep their outer value in the others. */
    void mergeBranches(List<Symbols> branches) {
        Set<String> fresh = new HashSet<>();
        for (Symbols branch : branches) {
            fresh.addAll(branch.stores);
        }
        fresh.removeAll(stores);
        for (Symbols branch : branches) {
            refs.putAll(branch.refs);
            loads.putAll(branch.loads);
            stores.addAll(branch.stores);
        }
        for (String name : fresh) {
            Variable variable = find(name);
            Variable outer = parent == null ? null : parent.find(name);
            if (variable != null) {
                loads.put(variable, outer == null ? new Resolve(name) : new Alias(outer));
            }
        }
    }
}
