package dev.unbusy.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What the tokens of a model write. Made once per model; immutable, so any thread may read it.
 *
 * <p>Three kinds count: text tokens by their bytes, special tokens that a grammar can ask for by name ({@link
 * GrammarBuilder#special}), and tokens that end the generation, which are allowed exactly where the grammar is complete.
 * Every other token is never allowed.
 */
public final class TokenTable {
    /**
     * Opens and closes the name of a special token among the bytes of a grammar. Neither byte occurs in UTF-8, so no text
     * can pass for a special token, nor a special token for text.
     */
    static final int SPECIAL_OPEN = 0xFF;

    static final int SPECIAL_CLOSE = 0xFE;

    private final int size;
    private final byte[] bytes;
    private final int[] offsets;
    private final int[] ends;
    private final Map<String, Integer> specials;
    private final TokenTrie trie;

    private TokenTable(Builder builder) {
        size = builder.pieces.length;
        offsets = new int[size + 1];
        for (int id = 0; id < size; id++) {
            offsets[id + 1] = offsets[id] + builder.pieces[id].length;
        }
        bytes = new byte[offsets[size]];
        for (int id = 0; id < size; id++) {
            System.arraycopy(builder.pieces[id], 0, bytes, offsets[id], builder.pieces[id].length);
        }
        ends = builder.ends.stream().toArray();
        specials = Map.copyOf(builder.specials);
        trie = new TokenTrie(this);
    }

    /** @param size number of tokens; ids go from 0 to this less one */
    public static Builder builder(int size) {
        return new Builder(size);
    }

    public int size() {
        return size;
    }

    /** Longs in a bit set of all tokens. */
    public int maskLength() {
        return (size + 63) / 64;
    }

    public boolean isEnd(int token) {
        return Arrays.binarySearch(ends, token) >= 0;
    }

    /** The special token of that name, or −1. */
    public int special(String name) {
        return Objects.requireNonNullElse(specials.get(name), -1);
    }

    int[] ends() {
        return ends;
    }

    TokenTrie trie() {
        return trie;
    }

    /** The bytes of all tokens, one after the other; not to be written to. */
    byte[] bytes() {
        return bytes;
    }

    int start(int token) {
        return offsets[token];
    }

    int end(int token) {
        return offsets[token + 1];
    }

    static byte[] specialBytes(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] marked = new byte[text.length + 2];
        marked[0] = (byte) SPECIAL_OPEN;
        System.arraycopy(text, 0, marked, 1, text.length);
        marked[marked.length - 1] = (byte) SPECIAL_CLOSE;
        return marked;
    }

    /** Collects the tokens. A token that is not mentioned is never allowed. */
    public static final class Builder {
        private final byte[][] pieces;
        private final BitSet ends = new BitSet();
        private final Map<String, Integer> specials = new HashMap<>();

        private Builder(int size) {
            pieces = new byte[size][0];
        }

        /** A token that writes these bytes, which may be part of a character. An empty piece is never allowed. */
        public Builder text(int token, byte[] piece) {
            pieces[token] = piece.clone();
            return this;
        }

        /** A special token, by the name that the model's authors gave it, for instance {@code <|tool_call|>}. */
        public Builder special(int token, String name) {
            pieces[token] = specialBytes(name);
            specials.put(name, token);
            return this;
        }

        /** A token that ends the generation. */
        public Builder end(int token) {
            pieces[token] = new byte[0];
            ends.set(token);
            return this;
        }

        public TokenTable build() {
            return new TokenTable(this);
        }
    }
}
