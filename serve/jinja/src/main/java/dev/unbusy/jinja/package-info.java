@NullMarked
package dev.unbusy.jinja;

import org.jspecify.annotations.NullMarked;
