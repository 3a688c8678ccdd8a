package dev.unbusy.hub;

/** What a build of libllama computes on. */
public enum Backend {
    CPU,
    CUDA,
    VULKAN,
    METAL
}
