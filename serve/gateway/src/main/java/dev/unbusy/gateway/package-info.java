/** The HTTP front door: takes requests, finds each a worker, relays the answer, and survives the loss of either side. */
@NullMarked
package dev.unbusy.gateway;

import org.jspecify.annotations.NullMarked;
