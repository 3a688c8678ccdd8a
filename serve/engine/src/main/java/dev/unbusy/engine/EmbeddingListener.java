package dev.unbusy.engine;

/** Hears the vectors of one request, in any order, on the engine's thread: must not block. */
interface EmbeddingListener {
    /** @param vector of length 1, the listener's own */
    void embedded(int input, float[] vector);

    /** The request cannot be computed; nothing more comes. */
    void failed(Throwable cause);
}
