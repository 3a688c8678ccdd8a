@NullMarked
package dev.unbusy.engine;

import org.jspecify.annotations.NullMarked;
