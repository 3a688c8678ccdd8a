package dev.unbusy.engine;

import dev.unbusy.api.Logprob;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;

/** Log-probabilities by token id, as the API names them: by the tokens' bytes. */
final class LogprobTexts {
    private final Vocab vocab;

    LogprobTexts(Vocab vocab) {
        this.vocab = vocab;
    }

    String text(int token) {
        return new Logprob(vocab.piece(token, true), 0, List.of()).text();
    }

    Logprob of(TokenLogprobs token) {
        List<Logprob> top = new ArrayList<>(token.topTokens().length);
        for (int i = 0; i < token.topTokens().length; i++) {
            top.add(new Logprob(vocab.piece(token.topTokens()[i], true), token.topLogprobs()[i], List.of()));
        }
        return new Logprob(vocab.piece(token.token(), true), token.logprob(), top);
    }
}
