package dev.unbusy.gateway;

import java.util.List;

/**
 * A model as one backend serves it.
 *
 * @param id the id that {@code /v1/models} lists, for instance {@code deepseek-ai/DeepSeek-R1-Distill-Qwen-7B}
 * @param aliases further names under which a request may ask for it, for instance the stem of its file
 * @param contextTokens most tokens of prompt and answer together; zero where it is not known
 */
public record ServedModel(String id, List<String> aliases, int contextTokens) {
    public ServedModel {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a served model needs an id");
        }
        if (contextTokens < 0) {
            throw new IllegalArgumentException("contextTokens of " + id + " must not be negative: " + contextTokens);
        }
        aliases = List.copyOf(aliases);
    }

    /** The same, as a worker says that it serves it. */
    public ServedModel withContext(int tokens) {
        return new ServedModel(id, aliases, tokens);
    }
}
