package dev.unbusy.hub;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One npm package with libraries of llama.cpp, and the checksum it must have. The table is the single place that names
 * them; all are of one llama.cpp release, since struct layouts are bound to it.
 *
 * @param platform {@code linux-x64}
 * @param cudaMajor major version of the CUDA runtime it is linked against, or null
 * @param name of the package
 * @param integrity SHA-512 in base64 as npm gives it, or null if the release of Unbusy does not know it
 */
record NativePackage(
        String platform,
        Backend backend,
        @Nullable Integer cudaMajor,
        String name,
        @Nullable String integrity) {
    static final String VERSION = "3.22.1";
    static final String RELEASE = "v0.5.0";

    private static final String LINUX_X64_CUDA =
            "sha512-8rQCjyNNLZJUFit+YpjwlC4hwkKgOMIkB2wuycKBf8NU2O3ySKbiWZQ8aw9ku2nUTXjSnUIrE6KB88itduTBuA==";

    /**
     * The package {@code linux-x64-cuda-ext} holds only a CUDA 12 build of one library, put over the one in
     * {@code linux-x64-cuda}. The macOS packages of this version were not in the registry when the table was written,
     * and the ones before them carry another llama.cpp release.
     */
    static final List<NativePackage> TABLE = List.of(
            new NativePackage(
                    "linux-x64",
                    Backend.CPU,
                    null,
                    "@node-llama-cpp/linux-x64",
                    "sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg=="),
            new NativePackage("linux-x64", Backend.CUDA, 13, "@node-llama-cpp/linux-x64-cuda", LINUX_X64_CUDA),
            new NativePackage("linux-x64", Backend.CUDA, 12, "@node-llama-cpp/linux-x64-cuda", LINUX_X64_CUDA),
            new NativePackage(
                    "linux-x64",
                    Backend.VULKAN,
                    null,
                    "@node-llama-cpp/linux-x64-vulkan",
                    "sha512-bBxqU+JOcBu1nb5Qj2zcMci+JByT1E8EajHvYodyNfVIPkEhXh+/HMwR1/BT7xP08YK0hks+kM8fglER0P8JEg=="),
            new NativePackage(
                    "linux-arm64",
                    Backend.CPU,
                    null,
                    "@node-llama-cpp/linux-arm64",
                    "sha512-W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFxexZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ=="),
            new NativePackage("mac-arm64", Backend.METAL, null, "@node-llama-cpp/mac-arm64-metal", null));

    static final NativePackage CUDA_12_LIBRARY = new NativePackage(
            "linux-x64",
            Backend.CUDA,
            12,
            "@node-llama-cpp/linux-x64-cuda-ext",
            "sha512-4e5ajkiM2aR2WAdB/N/ACk4weEhHvOAIrzxZPsIX0xDFW5+6hhShuy1/vs88SK9NGdgAco9IyE28eYS0H1efpA==");

    /** Name with version, as npm takes it. */
    String spec() {
        return name + "@" + VERSION;
    }

    /** Name of the archive that {@code npm pack} writes. */
    String archive() {
        return name.substring(1).replace('/', '-') + "-" + VERSION + ".tgz";
    }

    /** Name of the folder under {@code natives/}. */
    String folder() {
        return name.substring(name.indexOf('/') + 1) + (cudaMajor == null ? "" : cudaMajor) + "-" + VERSION;
    }
}
