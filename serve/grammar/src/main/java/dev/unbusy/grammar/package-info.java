/**
 * Constrained decoding: from a JSON Schema or a small grammar to the set of tokens that may come next. Pure.
 *
 * <p>A {@link dev.unbusy.grammar.Grammar} is made once per schema and is immutable; a {@link
 * dev.unbusy.grammar.TokenTable} once per model; {@link dev.unbusy.grammar.TokenMasks} once per thread that generates, and
 * from it one {@link dev.unbusy.grammar.Matcher} per sequence.
 */
@NullMarked
package dev.unbusy.grammar;

import org.jspecify.annotations.NullMarked;
