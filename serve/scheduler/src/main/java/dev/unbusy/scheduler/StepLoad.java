package dev.unbusy.scheduler;

/**
 * What a step computes, as far as its cost depends on it: tokens that decode, tokens of prompts, and how many KV cells all
 * of them attend over together. Mutable and reused; owned by one thread.
 */
final class StepLoad {
    /** Steps that cost differently although they hold as many tokens. */
    enum Kind {
        /** Every token wants logits. */
        DECODE(0),
        /** Prompts only. */
        PREFILL(1),
        /** Both: kernels made for long runs of one sequence may do worse on it than on the two apart. */
        MIXED(2);

        /** Number of kinds. */
        static final int COUNT = 3;

        /** From 0. */
        final int index;

        Kind(int index) {
            this.index = index;
        }
    }

    private int decodeTokens;
    private int prefillTokens;
    private long attended;

    StepLoad clear() {
        decodeTokens = 0;
        prefillTokens = 0;
        attended = 0;
        return this;
    }

    StepLoad set(StepLoad other) {
        decodeTokens = other.decodeTokens;
        prefillTokens = other.prefillTokens;
        attended = other.attended;
        return this;
    }

    /** Adds tokens whose logits are wanted, the first of them at position {@code depth} of its sequence. */
    StepLoad decode(int tokens, int depth) {
        decodeTokens += tokens;
        attended += cells(tokens, depth);
        return this;
    }

    /** Adds tokens of a prompt, the first of them at position {@code depth}. */
    StepLoad prefill(int tokens, int depth) {
        prefillTokens += tokens;
        attended += cells(tokens, depth);
        return this;
    }

    int decodeTokens() {
        return decodeTokens;
    }

    int prefillTokens() {
        return prefillTokens;
    }

    int tokens() {
        return decodeTokens + prefillTokens;
    }

    /** Cells that a token attends over on average. */
    double depth() {
        return tokens() == 0 ? 0 : (double) attended / tokens();
    }

    Kind kind() {
        if (prefillTokens == 0) {
            return Kind.DECODE;
        }
        return decodeTokens == 0 ? Kind.PREFILL : Kind.MIXED;
    }

    private static long cells(int tokens, int depth) {
        return (long) tokens * depth + (long) tokens * (tokens + 1) / 2;
    }
}
