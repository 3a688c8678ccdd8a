package dev.unbusy.api;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/embeddings}.
 *
 * @param inputs 1 to {@value #MAX_INPUTS}, none empty; each gets a vector
 * @param base64 vectors as little-endian 32-bit floats in base64 instead of lists of numbers
 * @param dimensions numbers of each vector; 0 for as many as the model has
 */
public record EmbeddingRequest(
        String model,
        List<CompletionRequest.Prompt> inputs,
        boolean base64,
        int dimensions,
        @Nullable String user) {

    /** OpenAI's limit. */
    public static final int MAX_INPUTS = 2_048;

    private static final String[] NAMES = {"model", "input", "encoding_format", "dimensions", "user", "user_id"};

    /** @throws ApiException naming field, what was found and what is wanted */
    public static EmbeddingRequest parse(byte[] json) {
        return JsonBody.parse(json, body -> new Fields().read(body));
    }

    /** Where an input stands in the body: {@code input[3]}, or {@code input} where it is the only one. */
    public String path(int index) {
        return inputs.size() == 1 ? "input" : "input[" + index + "]";
    }

    /** The values while they are read. */
    private static final class Fields {
        private @Nullable String model;
        private @Nullable List<CompletionRequest.Prompt> inputs;
        private boolean base64;
        private int dimensions;
        private @Nullable String user;

        EmbeddingRequest read(JsonBody body) throws IOException {
            while (body.nextField()) {
                String name = body.field();
                if (body.isNull()) {
                    Parameters.requireOneOf(name, NAMES);
                } else {
                    field(body, name);
                }
            }
            return request();
        }

        private void field(JsonBody body, String name) throws IOException {
            switch (name) {
                case "model" -> model = body.string();
                case "input" -> inputs = PromptList.read(body, "input", MAX_INPUTS);
                case "encoding_format" -> base64 = isBase64(body.string());
                case "dimensions" -> dimensions = (int) body.integer(1, Integer.MAX_VALUE);
                case "user" -> user = CommonFields.checkedUser(body, false);
                case "user_id" -> user = CommonFields.checkedUser(body, true);
                default -> Parameters.requireOneOf(name, NAMES);
            }
        }

        private static boolean isBase64(String format) {
            return switch (format) {
                case "float" -> false;
                case "base64" -> true;
                default ->
                    throw ApiError.outOfRange("encoding_format", format, "float or base64")
                            .exception();
            };
        }

        private EmbeddingRequest request() {
            String name = model;
            if (name == null || name.isBlank()) {
                throw ApiError.missing("model").exception();
            }
            List<CompletionRequest.Prompt> list = inputs;
            if (list == null) {
                throw ApiError.missing("input").exception();
            }
            EmbeddingRequest request = new EmbeddingRequest(name, List.copyOf(list), base64, dimensions, user);
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i) instanceof CompletionRequest.Prompt.Text text
                        && text.text().isEmpty()) {
                    throw ApiError.invalidValue(request.path(i), "is empty").exception();
                }
            }
            return request;
        }
    }
}
