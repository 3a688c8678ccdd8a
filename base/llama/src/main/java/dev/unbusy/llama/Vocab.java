package dev.unbusy.llama;

import dev.unbusy.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The tokenizer of a model. Thread-safe; call it from platform threads, because a native call pins the carrier of a
 * virtual one. {@link #tokenize} calls the library, everything else reads tables made when the model was loaded.
 *
 * <p>A piece is the bytes a token stands for; a character may be spread over several tokens, so decode UTF-8 only after
 * joining them.
 */
public final class Vocab {
    /** LLAMA_TOKEN_NULL */
    private static final int NONE = -1;

    private final Symbols symbols;
    private final NativeHandle model;
    private final MemorySegment vocab;
    private final PieceTable pieces;
    private final boolean addSpecialIsBroken;
    private final boolean addsBos;
    private final boolean addsEos;
    private final int bos;
    private final int eos;
    private final int eot;
    private final int newline;
    private final int fimPrefix;
    private final int fimSuffix;
    private final int fimMiddle;

    Vocab(Symbols symbols, NativeHandle model, MemorySegment vocab) {
        this.symbols = symbols;
        this.model = model;
        this.vocab = vocab;
        pieces = PieceTable.read(symbols, vocab);
        bos = symbols.vocabBos().call(vocab);
        eos = symbols.vocabEos().call(vocab);
        eot = symbols.vocabEot().call(vocab);
        newline = symbols.vocabNl().call(vocab);
        fimPrefix = symbols.vocabFimPre().call(vocab);
        fimSuffix = symbols.vocabFimSuf().call(vocab);
        fimMiddle = symbols.vocabFimMid().call(vocab);
        addsBos = symbols.vocabGetAddBos().call(vocab);
        addsEos = symbols.vocabGetAddEos().call(vocab);
        boolean addsSeparator = symbols.vocabGetAddSep().call(vocab);
        addSpecialIsBroken = (addsBos && bos == NONE)
                || (addsEos && eos == NONE)
                || (addsSeparator && symbols.vocabSep().call(vocab) == NONE);
    }

    /** Number of tokens; ids go from 0 to this less one. */
    public int size() {
        return pieces.size();
    }

    /** Beginning of sequence, or −1. */
    public int bos() {
        return bos;
    }

    /** End of sequence, or −1. */
    public int eos() {
        return eos;
    }

    /** End of turn, or −1. */
    public int eot() {
        return eot;
    }

    /** The line feed, or −1. */
    public int newline() {
        return newline;
    }

    /** Opens the text before the gap in fill-in-the-middle prompts, or −1. */
    public int fimPrefix() {
        return fimPrefix;
    }

    /** Opens the text after the gap, or −1. */
    public int fimSuffix() {
        return fimSuffix;
    }

    /** Opens the gap, or −1. */
    public int fimMiddle() {
        return fimMiddle;
    }

    /** Whether the model's authors want {@link #bos()} put before a text ({@code addSpecial} does it). */
    public boolean addsBos() {
        return addsBos;
    }

    public boolean addsEos() {
        return addsEos;
    }

    /** Whether generation ends with this token: end of sequence, of turn, of message. */
    public boolean isEndOfGeneration(int token) {
        return pieces.isEndOfGeneration(token);
    }

    /** Whether the token steers the model rather than standing for text. */
    public boolean isControl(int token) {
        return pieces.isControl(token);
    }

    /**
     * The bytes of a token as shown to a reader: control and unknown tokens are empty.
     *
     * @throws IndexOutOfBoundsException if there is no such token
     */
    public byte[] piece(int token) {
        return piece(token, false);
    }

    /** @param special whether control and unknown tokens are written out, for instance {@code <|im_end|>} */
    public byte[] piece(int token, boolean special) {
        return pieces.copy(token, special);
    }

    public int pieceLength(int token, boolean special) {
        return pieces.length(token, special);
    }

    /**
     * Appends a piece without allocating.
     *
     * @return bytes written
     * @throws java.nio.BufferOverflowException if fewer than {@link #pieceLength} bytes remain
     */
    public int appendPiece(int token, boolean special, ByteBuffer to) {
        return pieces.append(token, special, to);
    }

    /** The text of tokens, control tokens left out. */
    public String text(int... tokens) {
        int length = 0;
        for (int token : tokens) {
            length += pieces.length(token, false);
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (int token : tokens) {
            pieces.append(token, false, bytes);
        }
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    /** As {@link #tokenize(byte[], boolean, boolean)}, of the UTF-8 form; a lone surrogate becomes {@code ?}. */
    public int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        return tokenize(text.getBytes(StandardCharsets.UTF_8), addSpecial, parseSpecial);
    }

    /**
     * @param addSpecial add the tokens that the model wants around a text ({@link #addsBos()}, {@link #addsEos()})
     * @param parseSpecial read {@code <|im_end|>} and the like as one control token. Never for text from users: they
     *     could end their turn and speak as somebody else
     * @throws IllegalStateException if the model is closed
     */
    public int[] tokenize(byte[] text, boolean addSpecial, boolean parseSpecial) {
        // One token is seldom shorter than two bytes; where it is, the second try has the exact number.
        return tokenize(text, addSpecial, parseSpecial, text.length / 2 + 16);
    }

    int[] tokenize(byte[] text, boolean addSpecial, boolean parseSpecial, int firstCapacity) {
        if (addSpecial && addSpecialIsBroken) {
            throw new LlamaException(
                    "model-vocabulary-broken",
                    Text.of(
                            "The model file asks for a token at the start or end of each text, but does not define it",
                            "模型文件要求在文本首尾添加特殊词元，却没有定义该词元"),
                    ModelFile.FETCH_AGAIN);
        }
        model.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, text);
            int capacity = firstCapacity;
            MemorySegment tokens = arena.allocate(ValueLayout.JAVA_INT, capacity);
            int count = symbols.tokenize().call(vocab, bytes, text.length, tokens, capacity, addSpecial, parseSpecial);
            if (count < 0 && count != Integer.MIN_VALUE) {
                capacity = -count;
                tokens = arena.allocate(ValueLayout.JAVA_INT, capacity);
                count = symbols.tokenize().call(vocab, bytes, text.length, tokens, capacity, addSpecial, parseSpecial);
            }
            if (count < 0) {
                throw new IllegalArgumentException("the text has more tokens than fit: " + text.length + " bytes");
            }
            int[] result = new int[count];
            MemorySegment.copy(tokens, ValueLayout.JAVA_INT, 0, result, 0, count);
            return result;
        } finally {
            model.release();
        }
    }

    @Override
    public String toString() {
        return "Vocab[" + size() + " tokens, bos " + bos + ", eos " + eos + ", eot " + eot + "]";
    }
}
