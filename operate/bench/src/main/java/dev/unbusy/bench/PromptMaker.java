package dev.unbusy.bench;

import java.util.Random;

/**
 * Prompts of a wanted length out of plain words: the same ones for the same seed, and no two alike beyond the shared
 * prefix. Pure. A word and its space are taken as 1.25 tokens, which common vocabularies are near to; what was really
 * sent is in the server's usage.
 */
final class PromptMaker {
    private static final double TOKENS_PER_WORD = 1.25;
    private static final String[] WORDS =
            ("river stone market garden window letter summer harbour music doctor bridge forest winter candle paper silver"
                            + " morning village engine planet teacher kitchen mirror island season copper ladder painter"
                            + " thunder basket history farmer")
                    .split(" ");

    private final BenchOptions options;
    private final String prefix;

    PromptMaker(BenchOptions options) {
        this.options = options;
        this.prefix = words(options.sharedPrefixTokens(), new Random(options.seed()));
    }

    /** @param index number of the request; warm-up requests have negative ones */
    String prompt(int index) {
        // The index first: what differs must differ from the first token on, or it would be a prefix as well.
        Random random = new Random(options.seed() * 1_000_003L + index);
        String own = Integer.toHexString(random.nextInt()) + " "
                + words(options.inputTokens() - options.sharedPrefixTokens(), random);
        return prefix.isEmpty() ? own : prefix + "\n" + own;
    }

    private static String words(int tokens, Random random) {
        int count = (int) Math.round(tokens / TOKENS_PER_WORD);
        StringBuilder text = new StringBuilder(count * 8);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
