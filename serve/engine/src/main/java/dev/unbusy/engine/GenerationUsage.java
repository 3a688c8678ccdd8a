package dev.unbusy.engine;

/**
 * What one answer took, in tokens.
 *
 * @param cachedTokens of the prompt, found in the prefix cache
 * @param completionTokens chosen by the sampler, the end token included
 * @param reasoningTokens of these, inside the reasoning
 */
public record GenerationUsage(int promptTokens, int cachedTokens, int completionTokens, int reasoningTokens) {}
