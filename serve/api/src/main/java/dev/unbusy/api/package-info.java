/**
 * Wire types of the DeepSeek and OpenAI dialect: requests and their checks, answers and their streams, errors, usage, and
 * what a worker says about itself.
 */
@NullMarked
package dev.unbusy.api;

import org.jspecify.annotations.NullMarked;
