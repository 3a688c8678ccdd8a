package dev.unbusy.engine;

/**
 * Tokens per second over about the last ten seconds of work; idle time does not count, so that an idle worker still says
 * how fast it is. Owned by the engine's thread.
 */
final class Rates {
    private static final double MEMORY_SECONDS = 10;

    private double decodeTokens;
    private double decodeSeconds;
    private double prefillTokens;
    private double prefillSeconds;

    void step(int decodes, int prefills, double seconds) {
        if (prefills == 0) {
            double keep = Math.exp(-seconds / MEMORY_SECONDS);
            decodeTokens = decodeTokens * keep + decodes;
            decodeSeconds = decodeSeconds * keep + seconds;
        } else if (prefills > decodes) {
            double keep = Math.exp(-seconds / MEMORY_SECONDS);
            prefillTokens = prefillTokens * keep + prefills;
            prefillSeconds = prefillSeconds * keep + seconds;
        }
    }

    double decode() {
        return decodeSeconds == 0 ? 0 : decodeTokens / decodeSeconds;
    }

    double prefill() {
        return prefillSeconds == 0 ? 0 : prefillTokens / prefillSeconds;
    }
}
