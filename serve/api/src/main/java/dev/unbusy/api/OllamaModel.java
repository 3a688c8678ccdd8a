package dev.unbusy.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model as {@code /api/tags} and {@code /api/show} of Ollama tell it. What is not known is left out.
 *
 * @param name that requests use
 * @param modifiedMillis Unix time of the file; −1 where it is not known
 * @param sizeBytes of the file; −1 where it is not known
 * @param digest SHA-256 of the file in hex; null where it is not known
 * @param format of the file: {@code gguf} or {@code safetensors}; null where it is not known
 * @param family architecture by GGUF's name, for instance {@code qwen2}; null where it is not known
 * @param parameterSize for people, for instance {@code 7.6B}; null where it is not known
 * @param quantization for instance {@code Q4_K_M}; null where it is not known
 * @param contextTokens its context; 0 where it is not known
 * @param capabilities in Ollama's words: {@code completion}, {@code tools}, {@code thinking}, {@code insert}
 */
public record OllamaModel(
        String name,
        long modifiedMillis,
        long sizeBytes,
        @Nullable String digest,
        @Nullable String format,
        @Nullable String family,
        @Nullable String parameterSize,
        @Nullable String quantization,
        int contextTokens,
        List<String> capabilities) {

    public OllamaModel {
        capabilities = List.copyOf(capabilities);
    }

    /** The answer of {@code GET /api/tags}. */
    public static byte[] tags(Iterable<OllamaModel> models) {
        return list(models, false);
    }

    /** The answer of {@code GET /api/ps}: the given ones are in memory, and stay there. */
    public static byte[] loaded(Iterable<OllamaModel> models) {
        return list(models, true);
    }

    private static byte[] list(Iterable<OllamaModel> models, boolean running) {
        JsonBytes json = new JsonBytes(512).open('{').key("models").open('[');
        for (OllamaModel model : models) {
            json.open('{').key("name").string(model.name).key("model").string(model.name);
            if (!running) {
                model.modified(json);
            } else if (model.contextTokens > 0) {
                json.key("context_length").number(model.contextTokens);
            }
            if (model.sizeBytes >= 0) {
                json.key("size").number(model.sizeBytes);
            }
            if (model.digest != null) {
                json.key("digest").string(model.digest);
            }
            model.details(json);
            json.close('}');
        }
        return json.close(']').close('}').toBytes();
    }

    /** The answer of {@code POST /api/show}. */
    public byte[] show() {
        JsonBytes json = new JsonBytes(512).open('{');
        modified(json);
        details(json);
        json.key("model_info").open('{');
        if (family != null) {
            json.key("general.architecture").string(family);
            if (contextTokens > 0) {
                json.name(family + ".context_length").number(contextTokens);
            }
        } else if (contextTokens > 0) {
            json.name("general.context_length").number(contextTokens);
        }
        json.close('}').key("capabilities").value(capabilities);
        return json.close('}').toBytes();
    }

    /**
     * The model that {@code POST /api/show} asks for; {@code name} is its older word for it.
     *
     * @throws ApiException where it names none
     */
    public static String readShow(byte[] body) {
        JsonFields fields = JsonFields.of("", DialectJson.object(body));
        String name = fields.optionalString("model");
        if (name == null || name.isBlank()) {
            name = fields.optionalString("name");
        }
        if (name == null || name.isBlank()) {
            throw ApiError.missing("model").exception();
        }
        return name;
    }

    private void modified(JsonBytes json) {
        if (modifiedMillis >= 0) {
            json.key("modified_at").string(Instant.ofEpochMilli(modifiedMillis).toString());
        }
    }

    private void details(JsonBytes json) {
        json.key("details").open('{');
        if (format != null) {
            json.key("format").string(format);
        }
        if (family != null) {
            json.key("family").string(family).key("families").value(List.of(family));
        }
        if (parameterSize != null) {
            json.key("parameter_size").string(parameterSize);
        }
        if (quantization != null) {
            json.key("quantization_level").string(quantization);
        }
        json.close('}');
    }
}
