@NullMarked
package dev.unbusy.sampling;

import org.jspecify.annotations.NullMarked;
