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

    /** Characters in one match of the tokenizer's expressions that any thread's stack is good for; see TextRuns. */
    private static final int SHALLOW_MATCH = 200;
    /** Far beyond real text; bounds the memory that one text can take for stack to about 130 MB. */
    private static final int LONGEST_RUN = 200_000;
    /** Stack for each character of a match: three times what was measured. */
    private static final long FRAME_BYTES = 2048;

    private static final long MOST_STACK_BYTES = 512L << 20;

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

    /**
     * The text of a token as shown to a reader, where its bytes are whole characters; empty where they are not, or where there is
     * none to show. Allocates only the first time that the token is asked for.
     */
    public String wholeText(int token) {
        return pieces.text(token);
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

    /** As {@link #tokenize(String, boolean, boolean)}; bytes that are not UTF-8 are read as U+FFFD. */
    public int[] tokenize(byte[] text, boolean addSpecial, boolean parseSpecial) {
        // Not only for well-formedness: the library lets a C++ exception out on code points above U+10FFFF, which ends
        // the process.
        return tokenize(new String(text, StandardCharsets.UTF_8), addSpecial, parseSpecial);
    }

    /**
     * The tokens of a text. A lone surrogate becomes {@code ?}. Whether the pieces give the text back exactly is up to the
     * model: byte-level BPE (DeepSeek, Qwen, Llama 3, SmolLM) does, SentencePiece adds a space in front.
     *
     * @param addSpecial add the tokens that the model wants around a text ({@link #addsBos()}, {@link #addsEos()})
     * @param parseSpecial read {@code <|im_end|>} and the like as one control token. Never for text from users: they
     *     could end their turn and speak as somebody else
     * @throws LlamaException {@code text-run-too-long} if the text has more than 200,000 letters, digits, signs or spaces
     *     in a row
     * @throws IllegalStateException if the model is closed
     */
    public int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // One token is seldom shorter than two bytes; where it is, the second try has the exact number.
        int capacity = bytes.length / 2 + 16;
        if (bytes.length <= SHALLOW_MATCH) {
            return tokenize(bytes, addSpecial, parseSpecial, capacity);
        }
        TextRuns runs = TextRuns.of(text);
        if (runs.longestMatch() <= SHALLOW_MATCH) {
            return tokenize(bytes, addSpecial, parseSpecial, capacity);
        }
        if (runs.longestClassRun() > LONGEST_RUN) {
            throw new LlamaException(
                    "text-run-too-long",
                    Text.of(
                            "The text has %d letters, digits, signs or spaces in a row; %d are allowed",
                            "文本中有 %d 个连续的同类字符（文字、数字、符号或空白），最多允许 %d 个", runs.longestClassRun(), LONGEST_RUN),
                    Text.of("Break the text with spaces, line breaks or punctuation", "请用空格、换行或标点将文本断开"));
        }
        long stackBytes = Math.min(MOST_STACK_BYTES, FRAME_BYTES * (runs.longestMatch() + SHALLOW_MATCH));
        return DeepCall.run(() -> tokenize(bytes, addSpecial, parseSpecial, capacity), stackBytes);
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
