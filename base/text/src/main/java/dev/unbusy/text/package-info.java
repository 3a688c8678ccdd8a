/** Sentences for people in two languages, failures with a remedy, progress. */
@NullMarked
package dev.unbusy.text;

import org.jspecify.annotations.NullMarked;
