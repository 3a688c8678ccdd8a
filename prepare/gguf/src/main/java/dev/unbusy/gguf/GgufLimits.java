package dev.unbusy.gguf;

/**
 * Bounds on what a header may claim, so that foreign bytes cost neither memory nor time. Each is several times what the
 * largest published models use; those marked with llama.cpp are its own limits, beyond which it aborts.
 */
final class GgufLimits {
    static final int METADATA_ENTRIES = 65_536;
    static final int TENSORS = 262_144;
    static final int KEY_BYTES = 65_535;
    /** Chat templates are the longest strings; real ones stay under 100 kB. */
    static final int STRING_BYTES = 16 << 20;
    /** All keys, strings and array elements that are kept, together. */
    static final long KEPT_BYTES = 32L << 20;

    /** What one kept array element counts for. */
    static final int ELEMENT_BYTES = 48;

    static final int KEPT_ELEMENTS = 4096;
    static final long ARRAY_ELEMENTS = 64L << 20;
    static final long HEADER_BYTES = 1L << 30;
    static final int VOCABULARY = 1 << 20;
    static final int TOKEN_BYTES = 65_535;
    static final long VOCABULARY_BYTES = 64L << 20;
    /** GGML_MAX_NAME, with its closing zero. */
    static final int TENSOR_NAME_BYTES = 63;
    /** GGML_MAX_DIMS. */
    static final int DIMENSIONS = 4;
    /** LLAMA_MAX_LAYERS. */
    static final int LAYERS = 512;
    /** LLAMA_MAX_EXPERTS. */
    static final int EXPERTS = 1024;

    private GgufLimits() {}
}
