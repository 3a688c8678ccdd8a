package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.grammar.Grammar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is inside the engine, from submission to the answer's end: how many answers, and the memory that their grammars take
 * together. Both are bounded. A grammar that many answers share counts once. Thread-safe.
 *
 * <p>Each grammar is bounded, and so is the number of answers; but both bounds together would still be some 30 GB. A request
 * whose grammar does not fit is refused, not compiled when its turn comes: compiling takes up to a second, which the engine's
 * thread does not have, and a request that proves impossible then would have waited in vain.
 */
final class Intake {
    /** Of the Java heap: real schemas take some 100 kB each, so that a quarter of a small heap holds a thousand. */
    static final int HEAP_SHARE = 4;

    private final int mostAnswers;
    private final long mostGrammarBytes;
    private int answers;
    private long grammarBytes;
    /** How many answers hold each; by identity, as grammars are compared. */
    private final Map<Grammar, Integer> holders = new HashMap<>();

    /**
     * @param mostAnswers that run or wait
     * @param mostGrammarBytes what their grammars may take; a single one is taken in however large it is
     */
    Intake(int mostAnswers, long mostGrammarBytes) {
        this.mostAnswers = mostAnswers;
        this.mostGrammarBytes = mostGrammarBytes;
    }

    /**
     * Takes in answers that belong together, all or none.
     *
     * @return false if there are too many
     * @throws dev.unbusy.api.ApiException 429 where their grammars do not fit
     */
    synchronized boolean take(List<GenerationRequest> requests) {
        if (answers + requests.size() > mostAnswers) {
            return false;
        }
        for (int i = 0; i < requests.size(); i++) {
            if (!holds(requests.get(i).shape().grammar())) {
                requests.subList(0, i).forEach(this::left);
                throw full();
            }
            answers++;
        }
        return true;
    }

    /**
     * Takes in texts that are to be embedded, each counted as an answer.
     *
     * @return false if there are too many
     */
    synchronized boolean take(int texts) {
        if (answers + texts > mostAnswers) {
            return false;
        }
        answers += texts;
        return true;
    }

    /** Another text of the same request takes the place of one that {@link #left leaves} next. */
    synchronized void passOn() {
        answers++;
    }

    /** A text was embedded, or is no longer wanted. */
    synchronized void left() {
        answers--;
    }

    /** An answer that was taken in has ended. */
    synchronized void left(GenerationRequest request) {
        answers--;
        Grammar grammar = request.shape().grammar();
        if (grammar != null
                && holders.computeIfPresent(grammar, (same, count) -> count == 1 ? null : count - 1) == null) {
            grammarBytes -= grammar.bytes();
        }
    }

    /** Answers that run or wait. */
    synchronized int answers() {
        return answers;
    }

    /** What their grammars take in memory. */
    synchronized long grammarBytes() {
        return grammarBytes;
    }

    private boolean holds(@Nullable Grammar grammar) {
        if (grammar == null) {
            return true;
        }
        if (!holders.containsKey(grammar)) {
            if (grammarBytes > 0 && grammarBytes + grammar.bytes() > mostGrammarBytes) {
                return false;
            }
            grammarBytes += grammar.bytes();
        }
        holders.merge(grammar, 1, Integer::sum);
        return true;
    }

    private RuntimeException full() {
        return ApiError.overloaded(
                        "The schemas of the requests that run and wait in this worker take "
                                + (mostGrammarBytes >> 20)
                                + " MB, which is as much as it keeps. Try again shortly; requests with the same schema or"
                                + " tools share one.",
                        1)
                .exception();
    }
}
