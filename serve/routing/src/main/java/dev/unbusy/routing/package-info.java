@NullMarked
package dev.unbusy.routing;

import org.jspecify.annotations.NullMarked;
