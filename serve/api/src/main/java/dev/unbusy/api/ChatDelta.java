package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of one choice of a chat answer, or all of it.
 *
 * @param reasoning thinking; null where there is none
 * @param content the answer itself; null where there is none in this piece
 * @param logprobs null where the request did not ask for them
 * @param toolCalls calls, or pieces of them
 */
public record ChatDelta(
        @Nullable String reasoning,
        @Nullable String content,
        @Nullable Logprobs logprobs,
        List<ToolCallDelta> toolCalls) {

    public ChatDelta {
        toolCalls = List.copyOf(toolCalls);
    }

    /** Without calls. */
    public ChatDelta(@Nullable String reasoning, @Nullable String content, @Nullable Logprobs logprobs) {
        this(reasoning, content, logprobs, List.of());
    }

    /** Probabilities of the tokens of both parts. */
    public record Logprobs(List<Logprob> reasoning, List<Logprob> content) {}

    public static ChatDelta content(String text) {
        return new ChatDelta(null, text, null);
    }

    public static ChatDelta reasoning(String text) {
        return new ChatDelta(text, null, null);
    }

    void writeToolCalls(JsonBytes json) {
        if (!toolCalls.isEmpty()) {
            json.key("tool_calls").open('[');
            toolCalls.forEach(call -> call.write(json));
            json.close(']');
        }
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
