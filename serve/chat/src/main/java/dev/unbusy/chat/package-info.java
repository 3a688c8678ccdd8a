/**
 * Conversations in, prompts out; generated text in, reasoning and content out. Each model has one {@link
 * dev.unbusy.chat.ChatFormat}: its own Jinja template, or one of DeepSeek's encodings that have no template.
 */
@NullMarked
package dev.unbusy.chat;

import org.jspecify.annotations.NullMarked;
