package dev.unbusy.engine;

import org.jspecify.annotations.Nullable;

/** How the hidden states of a text's tokens become one vector (enum llama_pooling_type in llama.h). */
enum Pooling {
    /** Their mean; also where the file does not say. */
    MEAN,
    /** The first token's. */
    CLS,
    /** The last token's. */
    LAST;

    /**
     * @param fileSays the header's {@code ARCHITECTURE.pooling_type}; null if it has none
     * @return null where the model scores texts instead
     */
    static @Nullable Pooling of(@Nullable String fileSays) {
        return switch (fileSays) {
            case "2" -> CLS;
            case "3" -> LAST;
            case "4" -> null;
            case null, default -> MEAN;
        };
    }
}
