/**
 * The only native calls of the project: libllama of llama.cpp v0.5.0 through the Foreign Function &amp; Memory API. Four
 * layers: {@link dev.unbusy.llama.LibraryFiles} finds the files, {@link dev.unbusy.llama.Layouts} describes the structs,
 * {@link dev.unbusy.llama.Symbols} holds the functions, and {@link dev.unbusy.llama.LlamaLibrary}, {@code Model}, {@code
 * Vocab}, {@code Context} and {@code Batch} are the API.
 */
@NullMarked
package dev.unbusy.llama;

import org.jspecify.annotations.NullMarked;
