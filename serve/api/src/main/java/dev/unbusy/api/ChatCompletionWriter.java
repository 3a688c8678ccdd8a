package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one chat request, as a whole or as a stream: {@link #begin} for each choice, any number of {@link #delta},
 * {@link #finish} for each choice, {@link #end}. Every method of the stream returns whole events. For one thread at a time.
 */
public final class ChatCompletionWriter extends AnswerWriter {

    /**
     * @param id from {@link ResponseIds#chat}
     * @param model as the request named it
     * @param fingerprint changes when the same seed may give another answer: model file, settings, version
     */
    public ChatCompletionWriter(
            String id, long createdSeconds, String model, String fingerprint, StreamUsage usageRule) {
        super(id, "chat.completion", "chat.completion.chunk", createdSeconds, model, fingerprint, usageRule);
    }

    /** The whole answer as JSON. */
    public byte[] whole(List<ChatChoice> choices, Usage usage) {
        JsonBytes json = openAnswer();
        for (ChatChoice choice : choices) {
            ChatDelta message = choice.message();
            json.open('{').key("index").number(choice.index()).key("message").open('{');
            json.key("role").string("assistant").key("content").string(message.content());
            if (message.reasoning() != null) {
                json.key("reasoning_content").string(message.reasoning());
            }
            message.writeToolCalls(json);
            json.key("refusal").nul().close('}');
            message.writeLogprobs(json);
            choice.end().write(json);
            json.close('}');
        }
        return closeAnswer(usage);
    }

    /** The first event of a choice, which carries the role. Sent before the first token, it shows that work has begun. */
    public byte[] begin(int choice) {
        JsonBytes json = openChunk();
        json.open('{').key("index").number(choice).key("delta").open('{');
        json.key("role").string("assistant").key("content").string("").close('}');
        json.key("logprobs").nul().key("finish_reason").nul().close('}');
        return closeChunk(null);
    }

    public byte[] delta(int choice, ChatDelta delta) {
        JsonBytes json = openChunk();
        json.open('{').key("index").number(choice).key("delta").open('{');
        if (delta.reasoning() != null) {
            json.key("reasoning_content").string(delta.reasoning());
        }
        if (delta.content() != null) {
            json.key("content").string(delta.content());
        }
        delta.writeToolCalls(json);
        json.close('}');
        delta.writeLogprobs(json);
        json.key("finish_reason").nul().close('}');
        return closeChunk(null);
    }

    /** @param usage of the whole request, with the choice that ends last; null with the others */
    public byte[] finish(int choice, AnswerEnd end, @Nullable Usage usage) {
        JsonBytes json = openChunk();
        json.open('{').key("index").number(choice).key("delta").open('{').close('}');
        json.key("logprobs").nul();
        end.write(json);
        json.close('}');
        return closeChunk(usage);
    }
}
