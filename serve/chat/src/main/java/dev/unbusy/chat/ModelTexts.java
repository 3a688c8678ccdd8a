package dev.unbusy.chat;

import org.jspecify.annotations.Nullable;

/**
 * What a model file says about itself that decides the form of its conversations.
 *
 * @param architecture GGUF's {@code general.architecture}, for instance {@code qwen2}, {@code deepseek2}
 * @param chatTemplate GGUF's {@code tokenizer.chat_template}, or null
 * @param bosText text of the beginning-of-sentence token, or null if the vocabulary has none
 * @param eosText text of the end-of-sentence token, or null if the vocabulary has none
 * @param modelName what the model calls itself ({@code general.name}) or is called by (file name, repository), or null;
 *     DeepSeek's releases of one architecture differ in their encoding and are told apart by it
 */
public record ModelTexts(
        String architecture,
        @Nullable String chatTemplate,
        @Nullable String bosText,
        @Nullable String eosText,
        @Nullable String modelName) {}
