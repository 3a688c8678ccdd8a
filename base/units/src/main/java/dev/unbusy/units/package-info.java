/** Amounts with their units in the type. */
@NullMarked
package dev.unbusy.units;

import org.jspecify.annotations.NullMarked;
