package dev.unbusy.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the {@code "usage":{…}} object in the bytes of an answer without parsing the rest. Inside a JSON string the key's
 * quotes are escaped, so the exact bytes cannot be text that the model wrote. Bytes that are not JSON never throw.
 */
final class UsageScan {
    private UsageScan() {}

    /**
     * What the worker counted. −1 where it did not say.
     *
     * @param cachedTokens those of the prompt that were found in the prefix cache
     * @param reasoningTokens those of the completion that are thoughts
     */
    record Found(long promptTokens, long completionTokens, long cachedTokens, long reasoningTokens) {}

    /** The last usage object that starts in {@code [from, to)}, or null. Does not move the reader index. */
    static @Nullable Found last(ByteBuf buffer, int from, int to) {
        Found found = null;
        // 'g' is the rarest letter of the key in what surrounds it, and the search for one byte reads eight at a time.
        int at = buffer.indexOf(from, to, (byte) 'g');
        while (at >= 0) {
            if (isKey(buffer, at - 4, from, to)) {
                Found next = object(buffer, at + 3, to);
                found = next == null ? found : next;
            }
            at = at + 1 < to ? buffer.indexOf(at + 1, to, (byte) 'g') : -1;
        }
        return found;
    }

    private static boolean isKey(ByteBuf b, int start, int from, int to) {
        return start >= from
                && start + 7 <= to
                && b.getByte(start) == '"'
                && b.getByte(start + 1) == 'u'
                && b.getByte(start + 2) == 's'
                && b.getByte(start + 3) == 'a'
                && b.getByte(start + 5) == 'e'
                && b.getByte(start + 6) == '"'
                && (start == from || b.getByte(start - 1) != '\\');
    }

    /** Reads the object after the key, one level of nested objects included; null where there is none. */
    private static @Nullable Found object(ByteBuf b, int afterKey, int to) {
        int at = skipBlanks(b, afterKey, to);
        if (at >= to || b.getByte(at) != ':') {
            return null;
        }
        at = skipBlanks(b, at + 1, to);
        if (at >= to || b.getByte(at) != '{') {
            return null;
        }
        long prompt = -1;
        long completion = -1;
        long cached = -1;
        long reasoning = -1;
        int depth = 0;
        for (; at < to; at++) {
            byte c = b.getByte(at);
            if (c == '{') {
                depth++;
            } else if (c == '}') {
                if (--depth == 0) {
                    return new Found(prompt, completion, cached, reasoning);
                }
            } else if (c == '"') {
                int end = b.indexOf(at + 1, to, (byte) '"');
                if (end < 0) {
                    return null;
                }
                long value = number(b, end + 1, to);
                if (value >= 0) {
                    if (depth == 1 && matches(b, at + 1, end, "prompt_tokens")) {
                        prompt = value;
                    } else if (depth == 1 && matches(b, at + 1, end, "completion_tokens")) {
                        completion = value;
                    } else if (matches(b, at + 1, end, "prompt_cache_hit_tokens")
                            || matches(b, at + 1, end, "cached_tokens")) {
                        cached = Math.max(cached, value);
                    } else if (matches(b, at + 1, end, "reasoning_tokens")) {
                        reasoning = value;
                    }
                }
                at = end;
            }
        }
        return null;
    }

    /** The number after a colon, or −1 where there is something else. */
    private static long number(ByteBuf b, int from, int to) {
        int at = skipBlanks(b, from, to);
        if (at >= to || b.getByte(at) != ':') {
            return -1;
        }
        at = skipBlanks(b, at + 1, to);
        long value = -1;
        for (; at < to; at++) {
            int digit = b.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value < 0 ? digit : value * 10 + digit;
            if (value > Integer.MAX_VALUE) {
                return -1; // no count of tokens
            }
        }
        return value;
    }

    private static int skipBlanks(ByteBuf b, int from, int to) {
        int at = from;
        while (at < to
                && (b.getByte(at) == ' ' || b.getByte(at) == '\n' || b.getByte(at) == '\r' || b.getByte(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean matches(ByteBuf b, int from, int to, String word) {
        if (to - from != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (b.getByte(from + i) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
