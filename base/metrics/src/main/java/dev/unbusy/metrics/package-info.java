/** Names and registry of every metric. */
@NullMarked
package dev.unbusy.metrics;

import org.jspecify.annotations.NullMarked;
