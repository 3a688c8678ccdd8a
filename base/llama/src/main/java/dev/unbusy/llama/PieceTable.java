package dev.unbusy.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of all tokens in one array, and three bits for each. Read once when a model is loaded (about 0.1 µs for each
 * token); thread-safe, and immutable but for texts that are remembered.
 */
final class PieceTable {
    /** LLAMA_TOKEN_ATTR_UNKNOWN | LLAMA_TOKEN_ATTR_CONTROL in llama.h: what the library renders only when asked to. */
    private static final int HIDDEN_ATTRIBUTES = 1 | 1 << 3;

    /** What bytes become that are no UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private final byte[] bytes;
    /** Piece i is bytes[start[i]] to bytes[start[i + 1] − 1]. */
    private final int[] start;

    private final BitSet hidden;
    private final BitSet control;
    private final BitSet endOfGeneration;
    /** Of tokens whose text was asked for. Without a lock: whoever comes late makes an equal one. */
    private final @Nullable String[] texts;

    private PieceTable(byte[] bytes, int[] start, BitSet hidden, BitSet control, BitSet endOfGeneration) {
        this.bytes = bytes;
        this.start = start;
        this.hidden = hidden;
        this.control = control;
        this.endOfGeneration = endOfGeneration;
        texts = new String[start.length - 1];
    }

    static PieceTable read(Symbols symbols, MemorySegment vocab) {
        int size = symbols.vocabNTokens().call(vocab);
        byte[] bytes = new byte[size * 8];
        int[] start = new int[size + 1];
        BitSet hidden = new BitSet(size);
        BitSet control = new BitSet(size);
        BitSet endOfGeneration = new BitSet(size);
        try (Arena arena = Arena.ofConfined()) {
            int capacity = 256;
            MemorySegment buffer = arena.allocate(capacity);
            for (int token = 0; token < size; token++) {
                int length = symbols.tokenToPiece().call(vocab, token, buffer, capacity, 0, true);
                if (length < 0) {
                    capacity = -length;
                    buffer = arena.allocate(capacity);
                    length = symbols.tokenToPiece().call(vocab, token, buffer, capacity, 0, true);
                }
                int end = Math.addExact(start[token], length);
                if (end > bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, end * 2L));
                }
                MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, start[token], length);
                start[token + 1] = end;
                hidden.set(token, (symbols.vocabGetAttr().call(vocab, token) & HIDDEN_ATTRIBUTES) != 0);
                control.set(token, symbols.vocabIsControl().call(vocab, token));
                endOfGeneration.set(token, symbols.vocabIsEog().call(vocab, token));
            }
        }
        return new PieceTable(Arrays.copyOf(bytes, start[size]), start, hidden, control, endOfGeneration);
    }

    int size() {
        return start.length - 1;
    }

    boolean isEndOfGeneration(int token) {
        return endOfGeneration.get(token);
    }

    boolean isControl(int token) {
        return control.get(token);
    }

    int length(int token, boolean special) {
        return hidden.get(token) && !special ? 0 : start[token + 1] - start[token];
    }

    byte[] copy(int token, boolean special) {
        return Arrays.copyOfRange(bytes, start[token], start[token] + length(token, special));
    }

    /** The same object each time, since answers are made of the same tokens over and over; empty for pieces cut from characters. */
    String text(int token) {
        String known = texts[token];
        if (known == null) {
            String text = new String(bytes, start[token], length(token, false), StandardCharsets.UTF_8);
            known = text.indexOf(REPLACEMENT) < 0 ? text : "";
            texts[token] = known;
        }
        return known;
    }

    int append(int token, boolean special, ByteBuffer to) {
        int length = length(token, special);
        to.put(bytes, start[token], length);
        return length;
    }
}
