package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.ChatChoice;
import dev.unbusy.api.ChatCompletionWriter;
import dev.unbusy.api.ChatDelta;
import dev.unbusy.api.Logprob;
import dev.unbusy.api.ResponseIds;
import dev.unbusy.api.ToolCallDelta;
import dev.unbusy.api.Usage;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/chat/completions}. */
final class ChatAnswer implements AnswerForm {
    private final ChatCompletionWriter writer;
    private final LogprobTexts texts;
    private final boolean tellsLogprobs;
    private final List<Collected> collected = new ArrayList<>();

    /** What one choice has said so far. */
    private static final class Collected {
        private final StringBuilder reasoning = new StringBuilder();
        private final StringBuilder content = new StringBuilder();
        private final List<Logprob> reasoningLogprobs = new ArrayList<>();
        private final List<Logprob> contentLogprobs = new ArrayList<>();
        private final List<ToolCallDelta> calls = new ArrayList<>();
        private final StringBuilder arguments = new StringBuilder();

        private void call(String name) {
            closeCall();
            calls.add(ToolCallDelta.begin(calls.size(), ResponseIds.toolCall(), name));
        }

        /** The last call has all its arguments. */
        private void closeCall() {
            if (!calls.isEmpty()) {
                ToolCallDelta last = calls.removeLast();
                calls.add(new ToolCallDelta(last.index(), last.id(), last.name(), last.arguments() + arguments));
                arguments.setLength(0);
            }
        }
    }

    ChatAnswer(ChatCompletionWriter writer, Vocab vocab, boolean tellsLogprobs) {
        this.writer = writer;
        this.texts = new LogprobTexts(vocab);
        this.tellsLogprobs = tellsLogprobs;
    }

    @Override
    public byte[] begin(int choice) {
        return writer.begin(choice);
    }

    @Override
    public void goesOn(int choice, int[] tokens) {}

    @Override
    public byte @Nullable [] token(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning) {
        String reasoning = null;
        String content = null;
        List<ToolCallDelta> calls = List.of();
        for (int i = 0; i < pieces.size(); i++) {
            OutputSplitter.Piece piece = pieces.get(i);
            switch (piece.kind()) {
                case REASONING -> reasoning = reasoning == null ? piece.text() : reasoning + piece.text();
                case CONTENT -> content = content == null ? piece.text() : content + piece.text();
                case CALL, CALL_ARGUMENTS -> {
                    calls = calls.isEmpty() ? new ArrayList<>(2) : calls;
                    calls.add(
                            piece.kind() == OutputSplitter.Kind.CALL
                                    ? ToolCallDelta.begin(piece.call(), ResponseIds.toolCall(), piece.text())
                                    : ToolCallDelta.arguments(piece.call(), piece.text()));
                }
            }
        }
        if (reasoning == null && content == null && logprobs == null && calls.isEmpty()) {
            return null;
        }
        ChatDelta.Logprobs told = null;
        if (logprobs != null) {
            List<Logprob> one = List.of(texts.of(logprobs));
            told = insideReasoning ? new ChatDelta.Logprobs(one, List.of()) : new ChatDelta.Logprobs(List.of(), one);
        }
        return writer.delta(choice, new ChatDelta(reasoning, content, told, calls));
    }

    @Override
    public byte[] finish(int choice, AnswerEnd end, @Nullable Usage usage) {
        return writer.finish(choice, end, usage);
    }

    @Override
    public byte[] end(Usage usage) {
        return writer.end(usage);
    }

    @Override
    public void collect(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning) {
        while (collected.size() <= choice) {
            collected.add(new Collected());
        }
        Collected mine = collected.get(choice);
        for (OutputSplitter.Piece piece : pieces) {
            switch (piece.kind()) {
                case REASONING -> mine.reasoning.append(piece.text());
                case CONTENT -> mine.content.append(piece.text());
                case CALL -> mine.call(piece.text());
                case CALL_ARGUMENTS -> mine.arguments.append(piece.text());
            }
        }
        if (logprobs != null) {
            (insideReasoning ? mine.reasoningLogprobs : mine.contentLogprobs).add(texts.of(logprobs));
        }
    }

    @Override
    public byte[] whole(AnswerEnd[] ends, Usage usage) {
        List<ChatChoice> choices = new ArrayList<>(ends.length);
        for (int i = 0; i < ends.length; i++) {
            Collected mine = collected.get(i);
            mine.closeCall();
            choices.add(new ChatChoice(
                    i,
                    new ChatDelta(
                            mine.reasoning.isEmpty() ? null : mine.reasoning.toString(),
                            mine.content.isEmpty() && !mine.calls.isEmpty() ? null : mine.content.toString(),
                            tellsLogprobs ? new ChatDelta.Logprobs(mine.reasoningLogprobs, mine.contentLogprobs) : null,
                            mine.calls),
                    ends[i]));
        }
        return writer.whole(choices, usage);
    }
}
