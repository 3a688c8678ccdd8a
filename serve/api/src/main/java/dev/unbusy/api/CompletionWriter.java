package dev.unbusy.api;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one completion request, as a whole or as a stream: any number of {@link #text}, {@link #finish} for each
 * choice, {@link #end}. Every method of the stream returns whole events. For one thread at a time.
 */
public final class CompletionWriter extends AnswerWriter {
    /** Characters sent so far per choice, for {@code text_offset}. */
    private int[] offsets = new int[1];

    /**
     * @param id from {@link ResponseIds#completion}
     * @param model as the request named it
     * @param fingerprint changes when the same seed may give another answer
     */
    public CompletionWriter(String id, long createdSeconds, String model, String fingerprint, StreamUsage usageRule) {
        super(id, "text_completion", "text_completion", createdSeconds, model, fingerprint, usageRule);
    }

    /**
     * One complete answer.
     *
     * @param logprobs null where the request did not ask for them
     */
    public record Choice(int index, String text, @Nullable List<Logprob> logprobs, AnswerEnd end) {}

    /** The whole answer as JSON. */
    public byte[] whole(List<Choice> choices, Usage usage) {
        JsonBytes json = openAnswer();
        for (Choice choice : choices) {
            write(json, choice.index, choice.text, choice.logprobs, choice.end);
        }
        return closeAnswer(usage);
    }

    /** @param logprobs null where the request did not ask for them */
    public byte[] text(int choice, String text, @Nullable List<Logprob> logprobs) {
        write(openChunk(), choice, text, logprobs, null);
        return closeChunk(null);
    }

    /** A token that another writer has told already; {@code text_offset} counts on behind it. */
    public void skip(int choice, String token) {
        reserve(choice);
        offsets[choice] += token.length();
    }

    /** @param usage of the whole request, with the choice that ends last; null with the others */
    public byte[] finish(int choice, AnswerEnd end, @Nullable Usage usage) {
        write(openChunk(), choice, "", null, end);
        return closeChunk(usage);
    }

    private void write(
            JsonBytes json, int choice, String text, @Nullable List<Logprob> logprobs, @Nullable AnswerEnd end) {
        json.open('{').key("index").number(choice).key("text").string(text).key("logprobs");
        if (logprobs == null) {
            json.nul();
        } else {
            writeLogprobs(json, choice, logprobs);
        }
        if (end == null) {
            json.key("finish_reason").nul();
        } else {
            end.write(json);
        }
        json.close('}');
    }

    /** The older form: four lists side by side. */
    private void writeLogprobs(JsonBytes json, int choice, List<Logprob> tokens) {
        reserve(choice);
        json.open('{').key("tokens").open('[');
        tokens.forEach(token -> json.string(token.text()));
        json.close(']').key("token_logprobs").open('[');
        tokens.forEach(token -> json.number(token.finite()));
        json.close(']').key("top_logprobs").open('[');
        for (Logprob token : tokens) {
            json.open('{');
            for (Logprob other : token.top()) {
                json.name(other.text()).number(other.finite());
            }
            json.close('}');
        }
        json.close(']').key("text_offset").open('[');
        for (Logprob token : tokens) {
            json.number(offsets[choice]);
            offsets[choice] += token.text().length();
        }
        json.close(']').close('}');
    }

    private void reserve(int choice) {
        if (choice >= offsets.length) {
            offsets = Arrays.copyOf(offsets, choice + 1);
        }
    }
}
