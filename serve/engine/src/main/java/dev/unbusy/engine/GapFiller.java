package dev.unbusy.engine;

import dev.unbusy.chat.ChatException;
import dev.unbusy.chat.FillInMiddle;
import dev.unbusy.llama.Vocab;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes prompts that ask for what stands between two texts. Immutable. */
final class GapFiller {
    private final Vocab vocab;
    private final @Nullable FillInMiddle marks;

    GapFiller(Vocab vocab) {
        this.vocab = vocab;
        marks = FillInMiddle.find(vocab.fimPrefix(), vocab.fimSuffix(), vocab.fimMiddle(), text -> single(vocab, text));
    }

    private static int single(Vocab vocab, String text) {
        int[] tokens = vocab.tokenize(text, false, true);
        return tokens.length == 1 ? tokens[0] : -1;
    }

    /** The tokens of a client's text in a field of the request, special tokens not recognised. */
    interface Tokenizer {
        int[] tokens(String text, String param);
    }

    /** @throws ChatException if the model has no tokens for it */
    int[] prompt(String before, String behind, Tokenizer tokenizer) {
        FillInMiddle known = marks;
        if (known == null) {
            throw FillInMiddle.unsupported();
        }
        IntStream prompt = vocab.addsBos() && vocab.bos() >= 0 ? IntStream.of(vocab.bos()) : IntStream.empty();
        String param = "prompt";
        for (FillInMiddle.Part part : known.prompt(before, behind)) {
            switch (part) {
                case FillInMiddle.Part.Mark mark -> prompt = IntStream.concat(prompt, IntStream.of(mark.token()));
                case FillInMiddle.Part.Words words -> {
                    prompt = IntStream.concat(prompt, IntStream.of(tokenizer.tokens(words.text(), param)));
                    param = "suffix";
                }
            }
        }
        return prompt.toArray();
    }
}
