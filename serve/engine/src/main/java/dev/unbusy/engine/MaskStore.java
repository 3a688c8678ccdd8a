package dev.unbusy.engine;

import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.Matcher;
import dev.unbusy.grammar.TokenMasks;
import dev.unbusy.grammar.TokenTable;
import dev.unbusy.llama.Vocab;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The token masks of one engine. The table of tokens is made by whoever prepares the first request that needs it, since
 * that takes a tenth of a second; everything else belongs to the engine's thread.
 */
public final class MaskStore {
    private final Vocab vocab;

    // volatile: made under the lock by a thread that prepares requests, read by all.
    private volatile @Nullable TokenTable table;

    private @Nullable TokenMasks masks;
    private long[] scratch = {};

    MaskStore(Vocab vocab) {
        this.vocab = vocab;
    }

    /** Makes the table, once. Not for the engine's thread, nor for event loops. */
    synchronized void prepare() {
        if (table == null) {
            table = tableOf(vocab);
        }
    }

    static TokenTable tableOf(Vocab vocab) {
        TokenTable.Builder builder = TokenTable.builder(vocab.size());
        for (int token = 0; token < vocab.size(); token++) {
            if (vocab.isEndOfGeneration(token)) {
                builder.end(token);
            } else if (vocab.isControl(token)) {
                builder.special(token, new String(vocab.piece(token, true), StandardCharsets.UTF_8));
            } else {
                builder.text(token, vocab.piece(token, false));
            }
        }
        return builder.build();
    }

    /** On the engine's thread. */
    Constraint begin(Grammar grammar) {
        TokenMasks known = masks;
        if (known == null) {
            TokenTable made = table();
            known = new TokenMasks(made);
            scratch = new long[made.maskLength()];
            masks = known;
        }
        return new Constraint(known.matcher(grammar), scratch);
    }

    /** The start of a grammar for any one thread, which remembers nothing for others. */
    Matcher apart(Grammar grammar) {
        return new TokenMasks(table()).matcher(grammar);
    }

    private TokenTable table() {
        TokenTable made = table;
        if (made == null) {
            throw new IllegalStateException("the table of tokens was not prepared");
        }
        return made;
    }

    /** One answer's place in its grammar. Owned by the engine's thread. */
    static final class Constraint {
        private final Matcher matcher;
        private final long[] scratch;

        private Constraint(Matcher matcher, long[] scratch) {
            this.matcher = matcher;
            this.scratch = scratch;
        }

        /**
         * The tokens that may come now, for {@link dev.unbusy.sampling.Sampler}; valid until the next call for any answer.
         */
        long[] allowed() {
            matcher.allowed(scratch);
            return scratch;
        }

        /** @throws IllegalStateException if the token is not allowed here */
        void accept(int token) {
            if (!matcher.accept(token)) {
                throw new IllegalStateException("token " + token + " does not fit the grammar");
            }
        }

        /** What may follow the tokens accepted so far. */
        Matcher.Next next() {
            return matcher.next();
        }
    }
}
