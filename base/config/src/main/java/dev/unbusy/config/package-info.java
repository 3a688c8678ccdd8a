@NullMarked
package dev.unbusy.config;

import org.jspecify.annotations.NullMarked;
