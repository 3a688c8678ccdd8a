@NullMarked
package dev.unbusy.cli;

import org.jspecify.annotations.NullMarked;
