package dev.unbusy.sampling;

/**
 * {@code exp(x)} for {@code x ≤ 0} over whole arrays, in a form that C2 turns into vector code without the incubating
 * Vector API: only multiply, add and max, no bit tricks.
 *
 * <p>{@code exp(x) = exp(x / 64) ^ 64}: a Taylor polynomial of degree 6 for the small argument, then six squarings.
 * Relative error below 1e-4 for {@code x ≥ −30} (tested); {@code x ≤ −57}, and −infinity with it, gives exactly 0, so that a banned
 * token has no probability at all.
 */
final class FastExp {
    /** Below this argument of the polynomial the result is zero. −57.6 / 64; keeps every square a normal number. */
    private static final float LOWEST = -0.9f;

    private static final float FLOOR = power64(LOWEST);

    private FastExp() {}

    /**
     * Turns logits into weights, {@code exp((logit − max) × inverseTemperature)}, in place: with two arrays C2 would have
     * to prove that they are not the same one.
     *
     * @param max not below any of the logits
     */
    static void weights(float[] values, int size, float max, float inverseTemperature) {
        float scale = inverseTemperature / 64;
        for (int i = 0; i < size; i++) {
            values[i] = Math.max(0f, power64(Math.max(LOWEST, (values[i] - max) * scale)) - FLOOR);
        }
    }

    private static float power64(float y) {
        float p = 1f / 720 * y + 1f / 120;
        p = p * y + 1f / 24;
        p = p * y + 1f / 6;
        p = p * y + 0.5f;
        p = p * y + 1f;
        p = p * y + 1f;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        p *= p;
        return p * p;
    }
}
