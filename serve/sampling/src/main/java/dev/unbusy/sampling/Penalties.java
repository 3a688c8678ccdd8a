package dev.unbusy.sampling;

/**
 * How repeated tokens are made less likely.
 *
 * @param repetition factor of Hugging Face and vLLM over prompt and generated tokens: positive logits are divided by it,
 *     others multiplied; 1 is off
 * @param frequency OpenAI's: subtracted once per earlier occurrence among the generated tokens; 0 is off
 * @param presence OpenAI's: subtracted once if the token occurs among the generated tokens; 0 is off
 */
public record Penalties(float repetition, float frequency, float presence) {
    public static final Penalties NONE = new Penalties(1, 0, 0);

    public Penalties {
        if (!(repetition > 0) || !Float.isFinite(repetition)) {
            throw new IllegalArgumentException("repetition_penalty must be above 0, got " + repetition);
        }
        if (!Float.isFinite(frequency) || !Float.isFinite(presence)) {
            throw new IllegalArgumentException(
                    "frequency_penalty and presence_penalty must be finite, got " + frequency + " and " + presence);
        }
    }

    public boolean isNone() {
        return repetition == 1 && frequency == 0 && presence == 0;
    }

    /** The penalised logit of a token seen {@code generatedCount} times in the output, or only in the prompt (0). */
    float apply(float logit, int generatedCount) {
        float value = logit > 0 ? logit / repetition : logit * repetition;
        if (generatedCount > 0) {
            value -= frequency * generatedCount + presence;
        }
        return value;
    }
}
