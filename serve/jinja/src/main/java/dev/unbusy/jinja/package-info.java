/**
 * Chat templates: a small evaluator of the Jinja2 subset that Hugging Face chat templates use. The reference is Python's
 * jinja2 3.1 {@code ImmutableSandboxedEnvironment} with the settings of Hugging Face's transformers; what renders here
 * renders to the same characters there, and what is not known here is refused by name.
 */
@NullMarked
package dev.unbusy.jinja;

import org.jspecify.annotations.NullMarked;
