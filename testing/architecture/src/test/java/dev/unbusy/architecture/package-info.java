/** Holds the written structure against the code: layers, purity, the documents' links. */
@NullMarked
package dev.unbusy.architecture;

import org.jspecify.annotations.NullMarked;
