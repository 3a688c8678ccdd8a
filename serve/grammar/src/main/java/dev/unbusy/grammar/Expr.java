package dev.unbusy.grammar;

/** A part of a grammar, made by a {@link GrammarBuilder}. */
public sealed interface Expr permits Part, Rule {}
