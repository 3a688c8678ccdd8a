/** Which worker takes a request: pure policies, and the count of outstanding work that they decide on. */
@NullMarked
package dev.unbusy.routing;

import org.jspecify.annotations.NullMarked;
