package dev.unbusy.admission;

/** A scope and what it may use as of now. */
public record ScopedLimits(Scope scope, Limits limits) {}
