package dev.unbusy.grammar;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * One sequence's place in a grammar. {@link #allowed} says which tokens may come, {@link #accept} moves on; {@link #mark}
 * and {@link #reset} go back any number of tokens at no cost, {@link #fork} goes two ways. Owned by the thread of its
 * {@link TokenMasks}.
 */
public final class Matcher {
    private static final int MOST_FORCED_BYTES = 4_096;
    private static final Configuration ENDED = new Configuration(new int[0], new Stack[0], false, false);

    private final TokenMasks masks;
    private final MaskWalk walk;
    private Configuration at;

    /** What may come next. */
    public enum Next {
        /** Tokens of text, and those that end the generation where the text is complete. */
        TOKENS,
        /** Nothing but the end. */
        END,
        /**
         * No token of this vocabulary goes on and the text is not complete: some byte that the grammar asks for has no
         * token, or {@code 500} levels of nesting are open. Vocabularies with all 256 bytes meet only the latter.
         */
        DEAD_END
    }

    /** A place to come back to. */
    public sealed interface Mark permits Configuration {}

    Matcher(TokenMasks masks, MaskWalk walk, Configuration at) {
        this.masks = masks;
        this.walk = walk;
        this.at = at;
    }

    /** Another matcher at the same place. */
    public Matcher fork() {
        return new Matcher(masks, walk, at);
    }

    /** The place where this matcher is; valid for it and its forks. */
    public Mark mark() {
        return at;
    }

    public void reset(Mark mark) {
        at = (Configuration) mark;
    }

    /**
     * The tokens that may come next.
     *
     * @param into overwritten: bit {@code i % 64} of long {@code i / 64} for token i; {@link TokenTable#maskLength} longs
     * @throws GrammarException if the text can be read in too many ways at once
     */
    public Next allowed(long[] into) {
        Mask mask = masks.mask(walk, at);
        mask.writeTo(into);
        return next(mask);
    }

    /** As {@link #allowed}, without the tokens. */
    public Next next() {
        return next(masks.mask(walk, at));
    }

    private Next next(Mask mask) {
        if (!at.canEnd()) {
            return mask.count() == 0 ? Next.DEAD_END : Next.TOKENS;
        }
        return mask.count() > masks.table().ends().length ? Next.TOKENS : Next.END;
    }

    /** Whether a token may come next, without finding out about the others. */
    public boolean allows(int token) {
        if (masks.table().isEnd(token)) {
            return at.canEnd();
        }
        Mask mask = at.mask;
        return mask != null ? mask.contains(token) : !after(token).isDead();
    }

    /**
     * Moves on by a token.
     *
     * @return false, with nothing changed, if it is not allowed here
     */
    public boolean accept(int token) {
        if (masks.table().isEnd(token)) {
            boolean complete = at.canEnd();
            at = complete ? ENDED : at;
            return complete;
        }
        Configuration after = after(token);
        if (after.isDead()) {
            return false;
        }
        at = after;
        return true;
    }

    private Configuration after(int token) {
        TokenTable table = masks.table();
        int start = table.start(token);
        int end = table.end(token);
        return start == end ? ENDED : walk.machine().step(at, table.bytes(), start, end);
    }

    /** Whether the text so far is complete. */
    public boolean canEnd() {
        return at.canEnd();
    }

    /** Whether a token that ends the generation was accepted. */
    @SuppressWarnings("ReferenceEquality") // this one object says so
    public boolean isEnded() {
        return at == ENDED;
    }

    /** The bytes that must come next, as far as there is one way only; empty where there is a choice or the end. */
    public byte[] forcedText() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        force(text);
        return text.toByteArray();
    }

    /**
     * Tokens that must come next, longest first at each place, without evaluating the model. Stops before a place where a
     * longer token could reach beyond what is certain, so that the model meets the borders between tokens that it knows.
     * Does not move.
     */
    public int[] forcedTokens() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Configuration after = force(text);
        boolean complete = after.canEnd() && after.size() == 0;
        byte[] bytes = text.toByteArray();
        int[] tokens = new int[bytes.length];
        int size = 0;
        int from = 0;
        while (from < bytes.length) {
            int token = masks.table().trie().longest(bytes, from, complete);
            if (token < 0) {
                break;
            }
            tokens[size++] = token;
            from += masks.table().end(token) - masks.table().start(token);
        }
        return Arrays.copyOf(tokens, size);
    }

    private Configuration force(ByteArrayOutputStream text) {
        Configuration place = at;
        while (text.size() < MOST_FORCED_BYTES) {
            int only = onlyByte(place);
            if (only < 0) {
                break;
            }
            text.write(only);
            place = walk.machine().step(place, only);
        }
        return place;
    }

    private int onlyByte(Configuration place) {
        if (place.canEnd()) {
            return -1;
        }
        int only = -1;
        for (int i = 0; i < place.size(); i++) {
            for (int b = 0; b < 256; b++) {
                if (b != only && walk.machine().automata().next(place.state(i), b) >= 0) {
                    if (only >= 0) {
                        return -1;
                    }
                    only = b;
                }
            }
        }
        return only;
    }
}
