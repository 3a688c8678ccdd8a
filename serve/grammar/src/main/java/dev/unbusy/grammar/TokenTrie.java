package dev.unbusy.grammar;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens by their bytes: three prefix trees, each laid out node after node in depth-first order, so that a walk reads
 * memory forwards and leaves out a subtree by one jump.
 *
 * <ol>
 *   <li>Plain tokens, most of a vocabulary: up to {@link TextRule#HORIZON} bytes of whole characters that JSON writes as
 *       themselves. Inside an unbounded string all of them are allowed at once;
 *   <li>other tokens of up to that length;
 *   <li>longer tokens.
 * </ol>
 */
final class TokenTrie {
    /** A longer token is never allowed. */
    private static final int LONGEST = 1_000;

    /** The byte that leads to each node. */
    final byte[] labels;
    /** Bytes from the root to each node, at least 1. */
    final short[] depths;
    /** The node after the last one below each node. */
    final int[] skips;
    /** The token that ends at each node; −1 for none; −2 − t for token t if others have the same bytes: see twins. */
    final int[] tokens;
    /** The next token with the same bytes as each token, or −1. */
    final int[] twins;

    final int plainEnd;
    final int shortEnd;
    final int end;
    final int deepest;
    /** The tokens of the first tree. */
    final long[] plainMask;

    TokenTrie(TokenTable table) {
        List<List<Integer>> groups = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        twins = new int[table.size()];
        Arrays.fill(twins, -1);
        plainMask = new long[table.maskLength()];
        int longest = 0;
        int total = 0;
        for (int token = 0; token < table.size(); token++) {
            int length = table.end(token) - table.start(token);
            if (length == 0 || length > LONGEST) {
                continue;
            }
            longest = Math.max(longest, length);
            total += length;
            if (length > TextRule.HORIZON) {
                groups.get(2).add(token);
            } else if (isPlain(table, token)) {
                groups.get(0).add(token);
                plainMask[token >> 6] |= 1L << token;
            } else {
                groups.get(1).add(token);
            }
        }
        Layout layout = new Layout(table, total);
        layout.add(groups.get(0));
        plainEnd = layout.size;
        layout.add(groups.get(1));
        shortEnd = layout.size;
        layout.add(groups.get(2));
        end = layout.size;
        deepest = longest;
        labels = Arrays.copyOf(layout.labels, end);
        depths = Arrays.copyOf(layout.depths, end);
        skips = Arrays.copyOf(layout.skips, end);
        tokens = Arrays.copyOf(layout.tokens, end);
    }

    /**
     * The longest token that the bytes from {@code from} on begin with; −1 if there is none, or if a token begins with all
     * of them and goes on ({@code complete}: nothing can follow them, so that does not matter).
     */
    int longest(byte[] text, int from, boolean complete) {
        int best = -1;
        int bestLength = 0;
        int[] roots = {0, plainEnd, shortEnd, end};
        for (int tree = 0; tree < 3; tree++) {
            int i = roots[tree];
            int to = roots[tree + 1];
            int at = from;
            while (i < to && at < text.length) {
                if (labels[i] != text[at]) {
                    i = skips[i];
                    continue;
                }
                at++;
                if (tokens[i] != -1 && at - from > bestLength) {
                    best = tokens[i] >= 0 ? tokens[i] : -2 - tokens[i];
                    bestLength = at - from;
                }
                to = skips[i];
                i++;
                if (at == text.length && i < to && !complete) {
                    return -1;
                }
            }
        }
        return best;
    }

    private static boolean isPlain(TokenTable table, int token) {
        for (int i = table.start(token); i < table.end(token); i++) {
            int b = table.bytes()[i] & 0xFF;
            if (b < 0x20 || b == '"' || b == '\\') {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(
                            table.bytes(), table.start(token), table.end(token) - table.start(token)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Lays trees out one after the other. */
    private final class Layout {
        private final TokenTable table;
        private final byte[] labels;
        private final short[] depths;
        private final int[] skips;
        private final int[] tokens;
        private int size;

        Layout(TokenTable table, int most) {
            this.table = table;
            labels = new byte[most];
            depths = new short[most];
            skips = new int[most];
            tokens = new int[most];
        }

        void add(List<Integer> group) {
            byte[] all = table.bytes();
            group.sort((a, b) ->
                    Arrays.compareUnsigned(all, table.start(a), table.end(a), all, table.start(b), table.end(b)));
            int[] open = new int[LONGEST + 1]; // the node at each depth of the token before
            int depth = 0;
            int before = -1;
            for (int token : group) {
                int from = table.start(token);
                int length = table.end(token) - from;
                int shared =
                        before < 0 ? 0 : mismatch(all, table.start(before), table.end(before), from, from + length);
                for (; depth > shared; depth--) {
                    skips[open[depth]] = size;
                }
                for (; depth < length; depth++) {
                    labels[size] = all[from + depth];
                    depths[size] = (short) (depth + 1);
                    tokens[size] = -1;
                    open[depth + 1] = size++;
                }
                int node = open[depth];
                int twin = tokens[node] <= -2 ? -2 - tokens[node] : tokens[node];
                twins[token] = twin;
                tokens[node] = twin < 0 ? token : -2 - token;
                before = token;
            }
            for (; depth > 0; depth--) {
                skips[open[depth]] = size;
            }
        }

        private static int mismatch(byte[] all, int a, int aEnd, int b, int bEnd) {
            int common = Arrays.mismatch(all, a, aEnd, all, b, bEnd);
            return common < 0 ? aEnd - a : common;
        }
    }
}
