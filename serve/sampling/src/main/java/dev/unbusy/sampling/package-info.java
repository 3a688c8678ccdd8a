/** From a row of logits to the next token: penalties, filters, a reproducible draw, log-probabilities. Pure. */
@NullMarked
package dev.unbusy.sampling;

import org.jspecify.annotations.NullMarked;
