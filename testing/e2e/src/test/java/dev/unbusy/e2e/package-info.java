/** The whole product as its users run it: real processes, the real model, real clients, real faults. */
@NullMarked
package dev.unbusy.e2e;

import org.jspecify.annotations.NullMarked;
