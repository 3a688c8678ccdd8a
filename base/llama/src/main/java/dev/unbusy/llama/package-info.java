@NullMarked
package dev.unbusy.llama;

import org.jspecify.annotations.NullMarked;
