package dev.unbusy.grammar;

import org.jspecify.annotations.Nullable;

/** A named part of a grammar that can be referred to before it is defined, and so contain itself. */
public final class Rule implements Expr {
    private final String name;
    private @Nullable Expr definition;

    Rule(String name) {
        this.name = name;
    }

    /** For messages. */
    public String name() {
        return name;
    }

    /**
     * Says what the rule stands for, once.
     *
     * @throws IllegalStateException if it was said before
     */
    public void define(Expr meaning) {
        if (definition != null) {
            throw new IllegalStateException("the rule " + name + " is defined twice");
        }
        definition = meaning;
    }

    Expr definition() {
        if (definition == null) {
            throw new IllegalStateException("the rule " + name + " is not defined");
        }
        return definition;
    }
}
