package dev.unbusy.engine;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.CompletionWriter;
import dev.unbusy.api.Logprob;
import dev.unbusy.api.Usage;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/completions}. */
final class CompletionAnswer implements AnswerForm {
    private final CompletionWriter writer;
    private final LogprobTexts texts;
    private final boolean tellsLogprobs;
    private final List<String> echoes;
    private final List<StringBuilder> collected = new ArrayList<>();
    private final List<List<Logprob>> collectedLogprobs = new ArrayList<>();

    /** @param echoes the prompt of each choice where the answer begins with it, else empty */
    CompletionAnswer(CompletionWriter writer, Vocab vocab, boolean tellsLogprobs, List<String> echoes) {
        this.writer = writer;
        this.texts = new LogprobTexts(vocab);
        this.tellsLogprobs = tellsLogprobs;
        this.echoes = echoes;
    }

    @Override
    public byte @Nullable [] begin(int choice) {
        return echoes.isEmpty() ? null : writer.text(choice, echoes.get(choice), null);
    }

    @Override
    public void goesOn(int choice, int[] tokens) {
        if (tellsLogprobs) {
            for (int token : tokens) {
                writer.skip(choice, texts.text(token));
            }
        }
    }

    @Override
    public byte @Nullable [] token(
            int choice, List<OutputSplitter.Piece> pieces, @Nullable TokenLogprobs logprobs, boolean insideReasoning) {
        String text = joined(pieces);
        if (text.isEmpty() && logprobs == null) {
            return null;
        }
        return writer.text(choice, text, logprobs == null ? null : List.of(texts.of(logprobs)));
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
            collected.add(new StringBuilder(echoes.isEmpty() ? "" : echoes.get(collected.size())));
            collectedLogprobs.add(new ArrayList<>());
        }
        collected.get(choice).append(joined(pieces));
        if (logprobs != null) {
            collectedLogprobs.get(choice).add(texts.of(logprobs));
        }
    }

    @Override
    public byte[] whole(AnswerEnd[] ends, Usage usage) {
        List<CompletionWriter.Choice> choices = new ArrayList<>(ends.length);
        for (int i = 0; i < ends.length; i++) {
            choices.add(new CompletionWriter.Choice(
                    i, collected.get(i).toString(), tellsLogprobs ? collectedLogprobs.get(i) : null, ends[i]));
        }
        return writer.whole(choices, usage);
    }

    private static String joined(List<OutputSplitter.Piece> pieces) {
        if (pieces.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.text()));
        return text.toString();
    }
}
