package dev.unbusy.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one function. Scopes of the same depth in one function share the slot of a name, as the variables of the
 * Python function that the reference compiles do.
 */
final class FunctionScope {
    private final @Nullable FunctionScope outer;
    private final Map<String, Variable> variables = new HashMap<>();

    /** A variable: a slot of a function. One object per variable, so identity is equality. */
    record Variable(FunctionScope function, int slot, String name) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    FunctionScope(@Nullable FunctionScope outer) {
        this.outer = outer;
    }

    Variable variable(int level, String name) {
        return variables.computeIfAbsent(level + " " + name, key -> new Variable(this, variables.size(), name));
    }

    int size() {
        return variables.size();
    }

    /** How many functions further out a variable's function is. */
    int hopsTo(Variable variable) {
        int hops = 0;
        for (FunctionScope scope = this; scope != null; scope = scope.outer) {
            if (scope == variable.function()) {
                return hops;
            }
            hops++;
        }
        throw new IllegalStateException("variable " + variable.name() + " is of no enclosing function");
    }
}
