package dev.unbusy.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** A random generation: some allowed token each step, with a bias towards the end so that it stops. */
final class Walk {
    private static final int PATIENCE = 120;
    private static final int MOST_STEPS = 20_000;

    private final TokenMasks masks;
    private final Random random;
    private final long[] mask;

    Walk(TokenMasks masks, Random random) {
        this.masks = masks;
        this.random = random;
        mask = new long[masks.table().maskLength()];
    }

    /** The text of a whole generation. */
    String generate(Grammar grammar) {
        TokenTable table = masks.table();
        Matcher matcher = masks.matcher(grammar);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int step = 0; step < MOST_STEPS; step++) {
            Matcher.Next next = matcher.allowed(mask);
            if (next == Matcher.Next.DEAD_END) {
                throw new AssertionError("dead end after " + text.toString(StandardCharsets.UTF_8));
            }
            boolean mayEnd = Tokens.has(mask, Tokens.END);
            if (mayEnd != matcher.canEnd() || (next == Matcher.Next.END && !mayEnd)) {
                throw new AssertionError("end is " + next + " at " + text.toString(StandardCharsets.UTF_8));
            }
            if (mayEnd && (next == Matcher.Next.END || step > PATIENCE || random.nextInt(4) == 0)) {
                return decoded(text);
            }
            int token = pick(step);
            if (!matcher.allows(token) || !matcher.accept(token)) {
                throw new AssertionError("an allowed token is refused");
            }
            text.write(table.bytes(), table.start(token), table.end(token) - table.start(token));
        }
        String all = text.toString(StandardCharsets.UTF_8);
        throw new AssertionError("no end; the last of it: " + all.substring(all.length() - 300));
    }

    /** Late in a walk, what closes something is preferred. */
    private int pick(int step) {
        int chosen = -1;
        int seen = 0;
        // Both brackets at once can only stand inside a string, where they close nothing.
        boolean closing = step > PATIENCE && !(isByteAllowed('}') && isByteAllowed(']'));
        TokenTable table = masks.table();
        for (int w = 0; w < mask.length; w++) {
            for (long word = mask[w]; word != 0; word &= word - 1) {
                int token = w * 64 + Long.numberOfTrailingZeros(word);
                if (token == Tokens.END) {
                    continue;
                }
                int weight = step > PATIENCE ? weight(table, token, closing) : 1;
                seen += weight;
                if (random.nextInt(seen) < weight) {
                    chosen = token;
                }
            }
        }
        return chosen;
    }

    /** In all vocabularies of the tests byte b is token b + 1. */
    private boolean isByteAllowed(char b) {
        return Tokens.has(mask, b + 1);
    }

    private static int weight(TokenTable table, int token, boolean closing) {
        if (table.end(token) - table.start(token) > 1) {
            return 1;
        }
        return switch (table.bytes()[table.start(token)]) {
            case '"' -> 50_000;
            case '}', ']' -> closing ? 50_000 : 1;
            case 'n' -> 30; // null; not so heavy that a text that wants a b gets none
            default -> 1;
        };
    }

    private static String decoded(ByteArrayOutputStream text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8: " + Arrays.toString(text.toByteArray()), e);
        }
    }
}
