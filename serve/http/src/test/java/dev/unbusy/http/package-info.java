@NullMarked
package dev.unbusy.http;

import org.jspecify.annotations.NullMarked;
