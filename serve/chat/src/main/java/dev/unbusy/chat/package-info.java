@NullMarked
package dev.unbusy.chat;

import org.jspecify.annotations.NullMarked;
