package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.Continuation;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.Matcher;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.SamplerState;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of an answer that another worker wrote and the client has. Going on behind it is exact: tokens run through the
 * same text, grammar and penalties as if they had been chosen here, only nobody is told.
 *
 * @param tokens in their order; empty for a new answer
 * @param cachedTokens of the prompt, as the first worker counted them
 * @param ended there is no more to come
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier from one thread to another; never compared.
record Written(int[] tokens, int cachedTokens, boolean ended) {
    static final Written NOTHING = new Written(new int[0], 0, false);

    boolean isEmpty() {
        return tokens.length == 0;
    }

    /**
     * The requests of an answer that is to go on.
     *
     * @throws dev.unbusy.api.ApiException where the marks do not belong to the request
     */
    static List<GenerationRequest> of(Continuation continuation, List<GenerationRequest> requests) {
        if (continuation.choices().size() > requests.size()) {
            throw Continuation.wrong("has marks of " + continuation.choices().size() + " choices, but the request asks"
                    + " for " + requests.size());
        }
        List<GenerationRequest> going = new ArrayList<>(requests.size());
        for (int i = 0; i < requests.size(); i++) {
            Continuation.Choice choice = continuation.choice(i);
            GenerationRequest request = requests.get(i);
            going.add(
                    choice == null
                            ? request
                            : request.goingOn(
                                    new SamplerState(choice.seed(), 0),
                                    new Written(choice.tokens(), choice.cachedTokens(), choice.ended())));
        }
        return going;
    }

    /**
     * Where the text stands behind the tokens.
     *
     * @throws dev.unbusy.api.ApiException where no worker can have written this
     */
    static AnswerText replay(GenerationRequest request, Vocab vocab) {
        AnswerText text = new AnswerText(request.shape(), request.stops());
        int[] tokens = request.written().tokens();
        if (tokens.length > request.maxTokens()) {
            throw Continuation.wrong("has " + tokens.length + " tokens, more than the " + request.maxTokens()
                    + " that max_tokens and the context allow");
        }
        boolean over = false;
        for (int i = 0; i < tokens.length; i++) {
            if (over) {
                throw Continuation.wrong("has token " + tokens[i] + " at place " + i + ", behind the answer's end");
            }
            if (tokens[i] >= vocab.size()) {
                throw ApiError.outOfRange(
                                Continuation.HEADER, tokens[i], "a token id below " + vocab.size() + " at place " + i)
                        .exception();
            }
            over = request.isEnd(tokens[i], vocab);
            if (!over) {
                text.add(tokens[i], vocab);
                over = text.stopped() || i + 1 == request.maxTokens();
            }
        }
        replayForm(request);
        // A grammar may end an answer too.
        if (over != request.written().ended() && request.shape().grammar() == null) {
            throw Continuation.wrong(
                    over ? "ends the answer, but is not marked so" : "is marked as the end of an answer that is open");
        }
        return text;
    }

    /** Before anything is sent: behind the head of a stream an error could not be told from an answer. */
    private static void replayForm(GenerationRequest request) {
        Grammar grammar = request.shape().grammar();
        MaskStore masks = request.masks();
        int[] tokens = request.written().tokens();
        if (grammar == null || masks == null || tokens.length == 0) {
            return;
        }
        Matcher matcher = masks.apart(grammar);
        for (int i = 0; i < tokens.length; i++) {
            if (!matcher.accept(tokens[i])) {
                throw Continuation.wrong("has token " + tokens[i] + " at place " + i
                        + ", which the request's form does not allow there");
            }
        }
    }

    /** What an answer took that has ended before. */
    static GenerationUsage usage(GenerationRequest request, Vocab vocab) {
        AnswerText text = replay(request, vocab);
        text.finish();
        int count = request.written().tokens().length;
        return new GenerationUsage(
                request.prompt().length,
                request.written().cachedTokens(),
                count,
                Math.min(count, text.reasoningTokens()));
    }
}
