package dev.unbusy.llama;

import dev.unbusy.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The KV cache of a model and the computation on it.
 *
 * <p>Owned by one platform thread: the one that made it, until another {@linkplain #claim() claims} it. Every method is
 * refused on other threads, except {@link #abortRequested(boolean)} and the sizes.
 *
 * <p>Where cells are shared by all sequences, a prefix copied to another sequence takes no further cells, and a batch fits
 * if as many cells are free anywhere as it has tokens. Else each sequence has its own, and {@link #save(int, KvSnapshot)}
 * and {@link #restore(int, KvSnapshot, int)} copy between them.
 */
public final class Context implements AutoCloseable {
    private final Model model;
    private final Symbols symbols;
    private final MemorySegment context;
    private final MemorySegment memory;
    private final ContextOptions options;
    private final AbortFlag abort;
    private final ComputeThreads computeThreads;
    /** Bounds the life of the logits segments handed out. */
    private final Arena arena = Arena.ofShared();

    private final int contextTokens;
    private final int batchTokens;
    private final int vocabSize;
    private final long logitsBytes;
    private final long hiddenBytes;
    /** By index in the batch, what {@link #logits} handed out last: the library hardly ever moves its rows. */
    private final MemorySegment[] rows;

    // Volatile: read by any thread that must be refused, written once more by claim().
    private volatile Thread owner = Thread.currentThread();
    private boolean claimed;
    private boolean closed;
    private boolean lost;
    private @Nullable DecodeOutcome last;
    /** Whether the last decode left hidden states. */
    private boolean hidden;

    Context(
            Model model,
            MemorySegment context,
            ContextOptions options,
            AbortFlag abort,
            ComputeThreads computeThreads) {
        this.model = model;
        this.symbols = model.library().symbols();
        this.context = context;
        this.options = options;
        this.abort = abort;
        this.computeThreads = computeThreads;
        memory = symbols.getMemory().call(context);
        contextTokens = symbols.nCtx().call(context);
        batchTokens = symbols.nBatch().call(context);
        vocabSize = model.vocab().size();
        logitsBytes = Float.BYTES * (long) vocabSize;
        hiddenBytes = Float.BYTES * (long) model.embeddingLength();
        rows = new MemorySegment[batchTokens];
    }

    /**
     * Makes the calling thread the owner. Once only, and before the first use by anybody else.
     *
     * @throws IllegalStateException if another thread has claimed it, or this is a virtual thread
     */
    public synchronized void claim() {
        Thread me = Thread.currentThread();
        if (me.isVirtual()) {
            throw new IllegalStateException("a virtual thread cannot own a native context");
        }
        if (claimed && !owner.equals(me)) {
            throw new IllegalStateException("context is claimed by thread " + owner.getName());
        }
        owner = me;
        claimed = true;
    }

    /**
     * Computes a batch: seconds for a long one.
     *
     * @throws IllegalArgumentException if the batch is empty or exceeds a limit of this context, which the library would
     *     answer by ending the process
     * @throws LlamaException {@code context-lost} after {@link DecodeOutcome#FATAL}
     */
    public DecodeOutcome decode(Batch batch) {
        checkOwner();
        if (lost) {
            throw new LlamaException(
                    "context-lost",
                    Text.of("An earlier computation failed inside the native library", "本地库此前的一次计算已失败"),
                    Text.of("Restart the worker", "请重启工作进程"));
        }
        requireRange("tokens in the batch", batch.size(), 1, batchTokens);
        requireRange("tokens of the batch with logits", batch.outputs(), 0, options.maxOutputs());
        requireRange("sequence in the batch", batch.highestSequence(), 0, options.maxSequences() - 1);
        requireRange("token in the batch", batch.highestToken(), 0, vocabSize - 1);
        hidden = false;
        DecodeOutcome outcome = DecodeOutcome.of(symbols.decode().call(context, batch.struct()));
        last = outcome;
        lost = outcome == DecodeOutcome.FATAL;
        return outcome;
    }

    /**
     * As {@link #decode}, and keeps what the last layer says of each token, behind the final norm: {@link #hiddenState}. The
     * library computes logits for all of them too, so each token counts as an output.
     *
     * @throws IllegalArgumentException also if a token of the batch does not want logits
     * @throws IllegalStateException if the model {@linkplain Model#tellsHiddenStates cannot}
     */
    public DecodeOutcome decodeHidden(Batch batch) {
        checkOwner();
        if (!model.tellsHiddenStates()) {
            throw new IllegalStateException("the library cannot tell the hidden states of " + model.description());
        }
        requireRange("tokens of the batch with logits", batch.outputs(), batch.size(), options.maxOutputs());
        symbols.setEmbeddings().call(context, true);
        try {
            DecodeOutcome outcome = decode(batch);
            hidden = outcome == DecodeOutcome.OK;
            return outcome;
        } finally {
            symbols.setEmbeddings().call(context, false);
        }
    }

    /**
     * The state behind the last layer of one token of the last batch: {@code float[embeddingLength]}, in the library's own
     * memory. Valid until the next decode, and only after {@link #decodeHidden}.
     *
     * @param batchIndex what {@link Batch#add} returned for the token
     */
    public MemorySegment hiddenState(int batchIndex) {
        checkOwner();
        if (!hidden) {
            throw new IllegalStateException("the last decode left no hidden states");
        }
        if (batchIndex < 0) {
            throw new IllegalArgumentException("batch index is " + batchIndex);
        }
        MemorySegment row = symbols.getEmbeddingsIth().call(context, batchIndex);
        if (row.address() == 0) {
            throw new IllegalArgumentException("no token " + batchIndex + " was in the batch");
        }
        return row.reinterpret(hiddenBytes, arena, null);
    }

    /**
     * The logits after one token of the last batch: {@code float[vocabulary]}, in the library's own memory. Valid until
     * the next decode.
     *
     * @param batchIndex what {@link Batch#add} returned for a token with {@code wantLogits}
     */
    public MemorySegment logits(int batchIndex) {
        checkOwner();
        if (last != DecodeOutcome.OK) {
            throw new IllegalStateException("the last decode was not OK but " + last);
        }
        if (batchIndex < 0) {
            throw new IllegalArgumentException("batch index is " + batchIndex);
        }
        long address = symbols.getLogitsIth().call(context, batchIndex);
        if (address == 0) {
            throw new IllegalArgumentException("no logits were wanted for token " + batchIndex + " of the batch");
        }
        MemorySegment known = rows[batchIndex];
        if (known == null || known.address() != address) {
            known = MemorySegment.ofAddress(address).reinterpret(logitsBytes, arena, null);
            rows[batchIndex] = known;
        }
        return known;
    }

    /** As {@link #logits(int)}, copied to the start of an array. */
    public void copyLogits(int batchIndex, float[] to) {
        MemorySegment.copy(logits(batchIndex), ValueLayout.JAVA_FLOAT, 0, to, 0, vocabSize);
    }

    /**
     * Forgets the tokens of a sequence at positions {@code from} to {@code to} − 1; cells that no other sequence uses
     * become free.
     *
     * @param to −1 for the end
     * @return false if the model's state cannot be cut there (recurrent models; the whole sequence can always go). Where the
     *     model has a {@linkplain Model#slidingWindow() sliding window}, cells needed from there on may be gone: only the last
     *     batch can be taken back
     */
    public boolean removeTokens(int sequence, int from, int to) {
        checkOwner();
        checkSequence(sequence);
        checkPositions(from, to);
        return symbols.memorySeqRm().call(memory, sequence, from, to);
    }

    /**
     * Makes tokens of one sequence belong to another as well, without copying data. Only where sequences share cells.
     *
     * @param to −1 for the end
     * @throws IllegalArgumentException if the target already has tokens at or after {@code from}
     */
    public void copyTokens(int sourceSequence, int targetSequence, int from, int to) {
        checkOwner();
        checkSequence(sourceSequence);
        checkSequence(targetSequence);
        checkPositions(from, to);
        if (!options.sharedCells()) {
            // Across its parts the library copies whole parts only, and ends the process otherwise.
            throw new IllegalStateException("sequences of this context share no cells");
        }
        if (sourceSequence == targetSequence) {
            throw new IllegalArgumentException("source and target are both sequence " + sourceSequence);
        }
        int lastOfTarget = symbols.memorySeqPosMax().call(memory, targetSequence);
        if (lastOfTarget >= from) {
            throw new IllegalArgumentException("sequence " + targetSequence + " has tokens up to position "
                    + lastOfTarget + " already; copying from position " + from + " would give it two at one position");
        }
        symbols.memorySeqCp().call(memory, sourceSequence, targetSequence, from, to);
    }

    /** Position of the last token of a sequence, −1 if it is empty. */
    public int lastPosition(int sequence) {
        checkOwner();
        checkSequence(sequence);
        return symbols.memorySeqPosMax().call(memory, sequence);
    }

    /** Position of the first token of a sequence, −1 if it is empty. */
    public int firstPosition(int sequence) {
        checkOwner();
        checkSequence(sequence);
        return symbols.memorySeqPosMin().call(memory, sequence);
    }

    /** Forgets all sequences. */
    public void clear() {
        checkOwner();
        symbols.memoryClear().call(memory, false);
    }

    /**
     * The state of one sequence, to be written elsewhere and restored later.
     *
     * @param identity which model this is, beyond doubt (its checksum): a state restores only under the same identity
     */
    public SequenceState save(int sequence, String identity) {
        checkOwner();
        checkSequence(sequence);
        long size = symbols.stateSeqGetSize().call(context, sequence);
        int tokens = symbols.memorySeqPosMax().call(memory, sequence) + 1;
        return SequenceState.fill(
                size,
                tokens,
                fingerprint(identity),
                to -> symbols.stateSeqGetData().call(context, to, to.byteSize(), sequence));
    }

    /**
     * Puts a saved state into a sequence, replacing what it held.
     *
     * @return false if not enough cells are free; the sequence is then empty
     * @throws LlamaException {@code kv-state-foreign} if it was saved under another identity
     */
    public boolean restore(int sequence, SequenceState state, String identity) {
        checkOwner();
        checkSequence(sequence);
        state.requireFingerprint(fingerprint(identity));
        MemorySegment payload = state.payload();
        return symbols.stateSeqSetData().call(context, payload, payload.byteSize(), sequence) != 0;
    }

    /** Copies a sequence's cells into a snapshot, replacing what that held. */
    public void save(int sequence, KvSnapshot to) {
        checkOwner();
        checkSequence(sequence);
        to.fill(
                symbols.memorySeqPosMax().call(memory, sequence) + 1,
                symbols.stateSeqGetSize().call(context, sequence),
                memoryTo -> symbols.stateSeqGetData().call(context, memoryTo, memoryTo.byteSize(), sequence));
    }

    /**
     * Puts the first tokens of a snapshot of this context into a sequence, replacing what it held.
     *
     * @return false if not enough cells are free; the sequence is then empty
     */
    public boolean restore(int sequence, KvSnapshot from, int tokens) {
        checkOwner();
        checkSequence(sequence);
        requireRange("tokens of the snapshot", tokens, 1, from.tokens());
        MemorySegment content = from.content();
        if (symbols.stateSeqSetData().call(context, content, content.byteSize(), sequence) == 0) {
            return false;
        }
        return tokens == from.tokens() || symbols.memorySeqRm().call(memory, sequence, tokens, -1);
    }

    private String fingerprint(String identity) {
        return String.join(
                "\n",
                identity,
                model.library().backends().version(),
                model.description(),
                Long.toString(model.sizeBytes()),
                options.keys().name(),
                options.values().name());
    }

    /**
     * Stops a running decode within one micro-batch, and refuses to compute until set back to false. From any thread, at
     * any time.
     */
    public void abortRequested(boolean abortNow) {
        abort.set(abortNow);
    }

    public boolean isAbortRequested() {
        return abort.isSet();
    }

    /** KV cells for all sequences together. */
    public int contextTokens() {
        return contextTokens;
    }

    public int maxSequences() {
        return options.maxSequences();
    }

    /** Most tokens in one batch. */
    public int batchTokens() {
        return batchTokens;
    }

    /** Most tokens of one batch that logits are wanted for. */
    public int maxOutputs() {
        return options.maxOutputs();
    }

    public int vocabSize() {
        return vocabSize;
    }

    public Model model() {
        return model;
    }

    /** Frees the KV cache; a second call does nothing. By the owner, or by anybody once the owner has ended. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (!owner.equals(Thread.currentThread()) && owner.isAlive()) {
            throw wrongThread();
        }
        closed = true;
        arena.close();
        symbols.free().call(context);
        computeThreads.close();
        model.handle().release();
    }

    private void checkOwner() {
        if (!owner.equals(Thread.currentThread())) {
            throw wrongThread();
        }
        if (closed) {
            throw new IllegalStateException("context is closed");
        }
    }

    private IllegalStateException wrongThread() {
        return new IllegalStateException("context belongs to thread " + owner.getName() + ", called from "
                + Thread.currentThread().getName());
    }

    private void checkSequence(int sequence) {
        requireRange("sequence", sequence, 0, options.maxSequences() - 1);
    }

    private static void checkPositions(int from, int to) {
        if (from < 0 || to < -1 || (to >= 0 && to < from)) {
            throw new IllegalArgumentException("positions " + from + " to " + to + "; use 0 ≤ from ≤ to, or to = −1");
        }
    }

    private static void requireRange(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + ": " + value + "; this context allows " + least + " to " + most);
        }
    }
}
