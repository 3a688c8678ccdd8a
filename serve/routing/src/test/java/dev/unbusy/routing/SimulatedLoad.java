package dev.unbusy.routing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Requests with the bytes of their prompts, made from a seed. Prompts have four bytes a token. */
final class SimulatedLoad {
    private static final int BLOCK_BYTES = 4 * SimulatedWorker.BLOCK_TOKENS;

    private SimulatedLoad() {}

    /** One request, its prompt named twice: as the gateway knows it, and as the worker's cache does. */
    static final class Request {
        final double atMillis;
        final int promptTokens;
        final int outputTokens;
        final PrefixKeys keys;
        /** Hashes of the prompt to the ends of its whole blocks. */
        final long[] blocks;

        private Request(double atMillis, int promptTokens, int outputTokens, PrefixKeys keys, long[] blocks) {
            this.atMillis = atMillis;
            this.promptTokens = promptTokens;
            this.outputTokens = outputTokens;
            this.keys = keys;
            this.blocks = blocks;
        }
    }

    /** Nine of ten requests share one long system prompt; the others have prompts of their own. */
    static List<Request> hotSystemPrompt(long seed, int requests, double meanGapMillis) {
        Random random = new Random(seed);
        List<Request> load = new ArrayList<>();
        double at = 0;
        for (int i = 0; i < requests; i++) {
            at += gap(random, meanGapMillis);
            int own = 200 + random.nextInt(400);
            boolean hot = random.nextInt(10) < 9;
            int[] texts = hot ? new int[] {1, 1_000_000 + i} : new int[] {2_000_000 + i, 1_000_000 + i};
            load.add(request(at, texts, new int[] {4_096, own}, 40 + random.nextInt(120)));
        }
        return load;
    }

    /** Conversations of 2 to 9 turns, each turn with everything before it in its prompt. */
    static List<Request> conversations(long seed, int conversations, double meanGapMillis) {
        Random random = new Random(seed);
        List<Request> load = new ArrayList<>();
        double start = 0;
        for (int c = 0; c < conversations; c++) {
            start += gap(random, meanGapMillis);
            double at = start;
            int turns = 2 + random.nextInt(8);
            int[] texts = new int[turns];
            int[] tokens = new int[turns];
            for (int turn = 0; turn < turns; turn++) {
                texts[turn] = 10_000 * (c + 1) + turn;
                tokens[turn] = (turn == 0 ? 1_500 : 100) + random.nextInt(600);
                load.add(request(
                        at, Arrays.copyOf(texts, turn + 1), Arrays.copyOf(tokens, turn + 1), 50 + random.nextInt(150)));
                at += 4_000 + gap(random, 8_000);
            }
        }
        load.sort(Comparator.comparingDouble(request -> request.atMillis));
        return load;
    }

    /** Every prompt is new but for a short system prompt; sizes differ much. */
    static List<Request> lowReuse(long seed, int requests, double meanGapMillis) {
        Random random = new Random(seed);
        List<Request> load = new ArrayList<>();
        double at = 0;
        for (int i = 0; i < requests; i++) {
            at += gap(random, meanGapMillis);
            int own = (int) (200 * Math.exp(3 * random.nextDouble()));
            load.add(request(at, new int[] {1, 1_000_000 + i}, new int[] {128, own}, 20 + random.nextInt(250)));
        }
        return load;
    }

    private static double gap(Random random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /** @param texts names of the texts that the prompt consists of; equal names are equal texts */
    private static Request request(double at, int[] texts, int[] tokens, int outputTokens) {
        int all = Arrays.stream(tokens).sum();
        ByteBuffer bytes = ByteBuffer.allocate(4 * all);
        for (int t = 0; t < texts.length; t++) {
            SplittableRandom random = new SplittableRandom(texts[t]);
            for (int i = 0; i < tokens[t]; i++) {
                bytes.putInt(random.nextInt());
            }
        }
        bytes.flip();
        long[] blocks = new long[bytes.limit() / BLOCK_BYTES];
        long hash = 17;
        for (int i = 0; i < blocks.length; i++) {
            hash = hash * 0x9E3779B97F4A7C15L
                    + bytes.slice(i * BLOCK_BYTES, BLOCK_BYTES).hashCode();
            hash ^= hash >>> 29;
            blocks[i] = hash;
        }
        return new Request(at, all, outputTokens, PrefixKeys.of(bytes, 42, null), blocks);
    }
}
