@NullMarked
package dev.unbusy.catalog;

import org.jspecify.annotations.NullMarked;
