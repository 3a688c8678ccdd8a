package dev.unbusy.routing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names of the beginnings of one prompt: the k-th hash stands for everything from the first byte to the end of block k, so
 * two prompts share their first hashes exactly as far as their bytes agree, in whole blocks. Immutable.
 *
 * <p>Blocks end at the same places in every prompt. They are {@value #BLOCK_BYTES} bytes long at first and grow with the
 * distance from the start, each about an eighth of what lies before it, so that {@value #MOST_BLOCKS} of them reach over
 * some 200,000 tokens and a match is at most about an eighth too short. Bytes after the last whole block have no hash: the
 * end of the last message changes nothing before it.
 *
 * <p>The hash multiplies eight bytes at a time into 128 bits and folds them (the step of wyhash), about 2 µs for 8 KB. It
 * is keyed by a seed that clients must not know: who knows it can make two prompts with equal hashes, which would misplace
 * requests but never mix up answers, since a worker compares tokens.
 */
public final class PrefixKeys {
    static final int BLOCK_BYTES = 256;
    static final int MOST_BLOCKS = 64;
    private static final long[] ENDS = ends();

    private final long[] hashes;
    private final long promptBytes;

    private PrefixKeys(long[] hashes, long promptBytes) {
        this.hashes = hashes;
        this.promptBytes = promptBytes;
    }

    /**
     * Of a prompt that lies in one piece.
     *
     * @param prompt from position to limit; neither is changed
     * @param seed as in {@link Hasher}
     * @param isolation as in {@link Hasher}
     */
    public static PrefixKeys of(ByteBuffer prompt, long seed, @Nullable String isolation) {
        return new Hasher(seed, isolation).add(prompt).keys();
    }

    /** Whole blocks of the prompt, at most {@value #MOST_BLOCKS}. */
    public int blocks() {
        return hashes.length;
    }

    /** Length of the whole prompt, the bytes without a hash included. */
    public long promptBytes() {
        return promptBytes;
    }

    /** @param block from 0 */
    long hash(int block) {
        return hashes[block];
    }

    /** Bytes from the start of a prompt to the end of so many blocks. */
    static long bytesOf(int blocks) {
        return blocks == 0 ? 0 : ENDS[blocks - 1];
    }

    private static long[] ends() {
        long[] ends = new long[MOST_BLOCKS];
        long end = 0;
        for (int k = 0; k < MOST_BLOCKS; k++) {
            end += Math.max(1, end / 8 / BLOCK_BYTES) * BLOCK_BYTES;
            ends[k] = end;
        }
        return ends;
    }

    /**
     * Makes the keys of one prompt from its pieces, in the order in which the model reads them: {@code tools} before
     * {@code messages}. How the bytes are cut into pieces does not matter. For one thread and one prompt.
     */
    public static final class Hasher {
        private static final long FIRST = 0xa0761d6478bd642fL;
        private static final long SECOND = 0xe7037ed1a0b428dbL;

        private final long multiplier;
        private final long[] hashes = new long[MOST_BLOCKS];
        private long state;
        private int blocks;
        private long hashedBytes;
        private long promptBytes;
        /** Bytes that do not fill a word yet, the first in the lowest bits. */
        private long pending;

        private int pendingBytes;

        /**
         * @param seed one random number per gateway process
         * @param isolation whose prompts these are, where a prefix must not be shared with others (a tenant, a user); null
         *     where everybody shares
         */
        public Hasher(long seed, @Nullable String isolation) {
            multiplier = fold(seed ^ FIRST, SECOND) | 1;
            state = fold(seed ^ SECOND, FIRST);
            if (isolation != null) {
                word(isolation.length());
                isolation.chars().forEach(this::word);
            }
        }

        /** @param bytes from position to limit; neither is changed */
        public Hasher add(ByteBuffer bytes) {
            ByteBuffer piece = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            int at = piece.position();
            int end = piece.limit();
            promptBytes += end - at;
            while (blocks < MOST_BLOCKS && end - at >= Long.BYTES) {
                block(piece.getLong(at));
                at += Long.BYTES;
            }
            while (blocks < MOST_BLOCKS && at < end) {
                pending |= (piece.get(at++) & 0xffL) << (8 * pendingBytes);
                if (++pendingBytes == Long.BYTES) {
                    long full = pending;
                    pending = 0;
                    pendingBytes = 0;
                    block(full);
                }
            }
            return this;
        }

        public PrefixKeys keys() {
            return new PrefixKeys(Arrays.copyOf(hashes, blocks), promptBytes);
        }

        /** Eight bytes of the prompt; what was pending goes before them, and as much is pending after them. */
        private void block(long eight) {
            int bits = 8 * pendingBytes;
            word(bits == 0 ? eight : pending | eight << bits);
            pending = bits == 0 ? 0 : eight >>> (64 - bits);
            hashedBytes += Long.BYTES;
            if (hashedBytes == ENDS[blocks]) {
                hashes[blocks++] = state;
            }
        }

        private void word(long word) {
            state = fold(state ^ word, multiplier);
        }

        private static long fold(long a, long b) {
            return a * b ^ Math.unsignedMultiplyHigh(a, b);
        }
    }
}
