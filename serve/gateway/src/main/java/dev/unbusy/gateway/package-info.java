@NullMarked
package dev.unbusy.gateway;

import org.jspecify.annotations.NullMarked;
