package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;

/**
 * By what a request that comes back is known again: a hash of who sends it, of its body's length, and of the body's
 * beginning and end, where conversations differ. Not a secret and not a proof: whoever collides takes a place that was kept
 * for themselves, since places are kept per tenant.
 */
final class Fingerprint {
    private static final int MOST_BYTES = 16_384;
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private Fingerprint() {}

    /** Never 0, which means none. */
    static long of(String key, ByteBuf body) {
        int length = body.readableBytes();
        int from = body.readerIndex();
        long hash = mix(key.hashCode() * PRIME, length);
        int head = Math.min(length, MOST_BYTES);
        hash = over(hash, body, from, head);
        if (length > head) {
            int tail = Math.min(length - head, MOST_BYTES);
            hash = over(hash, body, from + length - tail, tail);
        }
        return hash == 0 ? 1 : hash;
    }

    private static long over(long hash, ByteBuf body, int from, int count) {
        long result = hash;
        int at = from;
        int end = from + count;
        for (; at + 8 <= end; at += 8) {
            result = mix(result, body.getLongLE(at));
        }
        for (; at < end; at++) {
            result = mix(result, body.getByte(at));
        }
        return result;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * PRIME;
        return mixed ^ (mixed >>> 29);
    }
}
