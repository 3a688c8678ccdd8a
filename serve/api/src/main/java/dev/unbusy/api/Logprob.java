package dev.unbusy.api;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How likely a token was.
 *
 * @param bytes the token's own bytes, which need not be whole characters
 * @param logprob natural logarithm of its probability
 * @param top the most likely tokens at this place, most likely first; their own {@code top} is empty
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; owned by whoever made it
public record Logprob(byte[] bytes, double logprob, List<Logprob> top) {
    /** What stands for a probability of zero, since JSON has no infinity; OpenAI's value. */
    private static final double LOWEST = -9999.0;

    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    double finite() {
        return Double.isNaN(logprob) ? LOWEST : Math.max(LOWEST, logprob);
    }

    void write(JsonBytes json) {
        json.open('{');
        writeOne(json);
        json.key("top_logprobs").open('[');
        for (Logprob other : top) {
            json.open('{');
            other.writeOne(json);
            json.close('}');
        }
        json.close(']').close('}');
    }

    private void writeOne(JsonBytes json) {
        json.key("token")
                .string(text())
                .key("logprob")
                .number(finite())
                .key("bytes")
                .open('[');
        for (byte b : bytes) {
            json.number(b & 0xFF);
        }
        json.close(']');
    }
}
