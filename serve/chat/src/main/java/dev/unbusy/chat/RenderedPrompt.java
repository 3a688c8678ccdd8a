package dev.unbusy.chat;

/**
 * A conversation as the text the model reads.
 *
 * @param text to be tokenized with special tokens recognised
 * @param startsWithBos whether the text begins with the beginning-of-sentence token; if not, the tokenizer adds it where
 *     the vocabulary wants one
 * @param outputStart where the generated text begins
 */
public record RenderedPrompt(String text, boolean startsWithBos, OutputStart outputStart) {}
