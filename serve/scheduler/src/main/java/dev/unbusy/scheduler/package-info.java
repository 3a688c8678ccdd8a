/** Which tokens run in the next step, and which KV cells hold what. Pure: no clock, no thread, no I/O, nothing native. */
@NullMarked
package dev.unbusy.scheduler;

import org.jspecify.annotations.NullMarked;
