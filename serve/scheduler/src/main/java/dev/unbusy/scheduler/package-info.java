@NullMarked
package dev.unbusy.scheduler;

import org.jspecify.annotations.NullMarked;
