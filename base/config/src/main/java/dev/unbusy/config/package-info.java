/** The configuration file: one record per module, read, checked and documented from its annotations. */
@NullMarked
package dev.unbusy.config;

import org.jspecify.annotations.NullMarked;
