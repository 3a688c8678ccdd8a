package dev.unbusy.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A folder with the native libraries of one build of llama.cpp, complete and checked.
 *
 * @param path the folder; {@code libllama*.so} and the ggml backends lie directly in it
 * @param backend what this build computes on
 * @param packageName the npm package it came from, with version
 * @param release the llama.cpp release it was built from, {@code v0.5.0}
 * @param sha256 SHA-256 in hexadecimal by file name
 * @param searchPath further folders the dynamic linker must look into ({@code LD_LIBRARY_PATH} of the worker): the CUDA
 *     runtime; empty otherwise
 */
public record NativeDirectory(
        Path path,
        Backend backend,
        String packageName,
        String release,
        Map<String, String> sha256,
        List<Path> searchPath) {

    public NativeDirectory {
        sha256 = Map.copyOf(sha256);
        searchPath = List.copyOf(searchPath);
    }
}
