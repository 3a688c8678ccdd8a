/** One model in one process: the thread that owns the native context, and the HTTP server in front of it. */
@NullMarked
package dev.unbusy.engine;

import org.jspecify.annotations.NullMarked;
