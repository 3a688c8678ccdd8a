@NullMarked
package dev.unbusy.api;

import org.jspecify.annotations.NullMarked;
