package dev.unbusy.sampling;

/**
 * The log-probability of a chosen token and of the likeliest ones beside it: log-softmax of the model's own logits, before
 * bias, penalties and temperature, as OpenAI reports them.
 *
 * @param token the chosen token
 * @param logprob its natural logarithm of probability
 * @param topTokens the likeliest tokens, likeliest first; the lower id first among equals
 * @param topLogprobs theirs
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier made once per reported token; never compared.
public record TokenLogprobs(int token, float logprob, int[] topTokens, float[] topLogprobs) {}
