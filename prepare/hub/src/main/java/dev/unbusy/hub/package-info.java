@NullMarked
package dev.unbusy.hub;

import org.jspecify.annotations.NullMarked;
