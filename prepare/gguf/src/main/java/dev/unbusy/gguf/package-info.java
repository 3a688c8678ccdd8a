@NullMarked
package dev.unbusy.gguf;

import org.jspecify.annotations.NullMarked;
