package dev.unbusy.llama;

/**
 * How to load a model.
 *
 * @param gpuLayers layers to put on GPUs; −1 for all, without effect where there is none
 * @param useExtraBuffers whether weights may be rearranged for the CPU at hand (AMX, repacked quantizations), which is
 *     faster and takes some loading time
 * @param vocabOnly load the tokenizer only; such a model has no contexts
 * @param hasMlaTensors whether the file has tensors {@code blk.N.attn_k_b.weight}, as DeepSeek V2 and V3 have. On a CPU
 *     with AMX these and attn_v_b are kept out of the AMX buffer, whose matrix product aborts the process on them
 *     (llama.cpp v0.5.0, ggml-backend.cpp:1294)
 */
public record ModelOptions(
        int gpuLayers, LoadMode loadMode, boolean useExtraBuffers, boolean vocabOnly, boolean hasMlaTensors) {

    public static final ModelOptions DEFAULT = new ModelOptions(-1, LoadMode.AUTO, true, false, false);

    public ModelOptions {
        if (gpuLayers < -1) {
            throw new IllegalArgumentException("gpuLayers is " + gpuLayers + "; use −1 (all) or 0 and more");
        }
    }

    public ModelOptions withGpuLayers(int layers) {
        return new ModelOptions(layers, loadMode, useExtraBuffers, vocabOnly, hasMlaTensors);
    }

    public ModelOptions withLoadMode(LoadMode mode) {
        return new ModelOptions(gpuLayers, mode, useExtraBuffers, vocabOnly, hasMlaTensors);
    }

    public ModelOptions withUseExtraBuffers(boolean use) {
        return new ModelOptions(gpuLayers, loadMode, use, vocabOnly, hasMlaTensors);
    }

    public ModelOptions withVocabOnly(boolean only) {
        return new ModelOptions(gpuLayers, loadMode, useExtraBuffers, only, hasMlaTensors);
    }

    public ModelOptions withMlaTensors(boolean present) {
        return new ModelOptions(gpuLayers, loadMode, useExtraBuffers, vocabOnly, present);
    }

    /** Whether the MLA tensors must be kept out of the extra buffers on this machine. */
    boolean needsMlaOverride(Backends backends) {
        return hasMlaTensors && useExtraBuffers && backends.usesAmx();
    }
}
