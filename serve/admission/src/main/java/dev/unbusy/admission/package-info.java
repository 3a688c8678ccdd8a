/** What a request costs, whether it may come in, and who is served next: pure policies of quota, price and fair queueing. */
@NullMarked
package dev.unbusy.admission;

import org.jspecify.annotations.NullMarked;
