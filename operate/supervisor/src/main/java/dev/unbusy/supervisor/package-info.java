@NullMarked
package dev.unbusy.supervisor;

import org.jspecify.annotations.NullMarked;
