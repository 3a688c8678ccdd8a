@NullMarked
package dev.unbusy.bench;

import org.jspecify.annotations.NullMarked;
