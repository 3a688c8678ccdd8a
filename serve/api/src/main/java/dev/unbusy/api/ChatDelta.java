package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of one choice of a chat answer, or all of it.
 *
 * @param reasoning thinking; null where there is none
 * @param content the answer itself; null where there is none in this piece
 * @param logprobs null where the request did not ask for them
 */
public record ChatDelta(
        @Nullable String reasoning,
        @Nullable String content,
        @Nullable Logprobs logprobs) {

    /** Probabilities of the tokens of both parts. */
    public record Logprobs(List<Logprob> reasoning, List<Logprob> content) {}

    public static ChatDelta content(String text) {
        return new ChatDelta(null, text, null);
    }

    public static ChatDelta reasoning(String text) {
        return new ChatDelta(text, null, null);
    }

    void writeLogprobs(JsonBytes json) {
        json.key("logprobs");
        Logprobs known = logprobs;
        if (known == null) {
            json.nul();
            return;
        }
        json.open('{');
        writeList(json.key("content"), known.content);
        if (!known.reasoning.isEmpty()) {
            writeList(json.key("reasoning_content"), known.reasoning);
        }
        json.close('}');
    }

    private static void writeList(JsonBytes json, List<Logprob> tokens) {
        json.open('[');
        tokens.forEach(token -> token.write(json));
        json.close(']');
    }
}
