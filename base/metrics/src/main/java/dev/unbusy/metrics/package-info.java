@NullMarked
package dev.unbusy.metrics;

import org.jspecify.annotations.NullMarked;
