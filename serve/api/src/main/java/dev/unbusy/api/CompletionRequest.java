package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/completions}.
 *
 * @param prompts at least one; each has {@code sampling.n()} answers, and choice {@code p × n + i} is answer i of prompt p
 * @param suffix what follows behind the answer, which fills the gap; null for none. Prompts are texts then
 * @param echo answers begin with the prompt
 * @param logprobs how many of the most likely tokens to tell at each place, 0–20; −1 for no probabilities at all
 */
public record CompletionRequest(
        String model,
        List<Prompt> prompts,
        @Nullable String suffix,
        SamplingOptions sampling,
        boolean echo,
        int logprobs,
        boolean stream,
        StreamUsage streamUsage,
        @Nullable String user) {

    public static final int MAX_PROMPTS = 64;
    private static final int MAX_LOGPROBS = 20;
    private static final int MAX_PROMPT_TOKENS = 4_194_304;

    /** What is to be continued. */
    public sealed interface Prompt {
        record Text(String text) implements Prompt {}

        /** Token ids, none negative; the model's vocabulary may be smaller. */
        @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
        record Tokens(int[] ids) implements Prompt {}
    }

    /** @throws ApiException naming field, what was found and what is wanted */
    public static CompletionRequest parse(byte[] json) {
        return JsonBody.parse(json, body -> new Fields().read(body));
    }

    /** The values while they are read. */
    private static final class Fields {
        private final CommonFields common = new CommonFields(false);
        private @Nullable List<Prompt> prompts;
        private boolean echo;
        private int logprobs = -1;
        private @Nullable String suffix;

        CompletionRequest read(JsonBody body) throws IOException {
            while (body.nextField()) {
                String name = body.field();
                if (body.isNull()) {
                    Parameters.requireKnown(name, false);
                } else if (!common.read(body, name)) {
                    switch (name) {
                        case "prompt" -> prompts = prompts(body);
                        case "echo" -> echo = body.bool();
                        case "logprobs" -> logprobs = (int) body.integer(0, MAX_LOGPROBS);
                        case "suffix" -> suffix = body.string();
                        default -> Parameters.other(body, name, false);
                    }
                }
            }
            return request();
        }

        private CompletionRequest request() {
            String model = common.requiredModel();
            List<Prompt> list = prompts;
            if (list == null) {
                throw ApiError.missing("prompt").exception();
            }
            if (echo && logprobs >= 0) {
                throw ApiError.unsupported(
                                "logprobs", "probabilities of the prompt are not told; leave out echo or logprobs")
                        .exception();
            }
            if (suffix != null) {
                checkSuffix(list);
            }
            return new CompletionRequest(
                    model,
                    List.copyOf(list),
                    suffix,
                    common.sampling(),
                    echo,
                    logprobs,
                    common.stream,
                    common.streamUsage(),
                    common.user);
        }

        private void checkSuffix(List<Prompt> prompts) {
            if (echo) {
                throw ApiError.invalidValue("echo", "cannot be true with 'suffix'; leave one out")
                        .exception();
            }
            for (int i = 0; i < prompts.size(); i++) {
                if (prompts.get(i) instanceof Prompt.Tokens) {
                    throw ApiError.invalidValue(
                                    prompts.size() == 1 ? "prompt" : "prompt[" + i + "]",
                                    "is token ids, but must be text where 'suffix' is given")
                            .exception();
                }
            }
        }

        private static List<Prompt> prompts(JsonBody body) throws IOException {
            JsonParser parser = body.parser();
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                return List.of(new Prompt.Text(parser.getText()));
            }
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw ApiError.wrongType("prompt", "a string, a list of strings or token ids", body.found())
                        .exception();
            }
            JsonToken first = parser.nextToken();
            if (first == JsonToken.END_ARRAY) {
                throw ApiError.invalidValue("prompt", "is empty").exception();
            }
            if (first == JsonToken.VALUE_NUMBER_INT) {
                return List.of(new Prompt.Tokens(tokens(body, "prompt")));
            }
            List<Prompt> prompts = new ArrayList<>();
            for (JsonToken token = first; token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                String path = "prompt[" + prompts.size() + "]";
                if (prompts.size() == MAX_PROMPTS) {
                    throw ApiError.invalidValue("prompt", "has more than " + MAX_PROMPTS + " entries")
                            .exception();
                }
                if (token == JsonToken.START_ARRAY) {
                    if (parser.nextToken() == JsonToken.END_ARRAY) {
                        throw ApiError.invalidValue(path, "is empty").exception();
                    }
                    prompts.add(new Prompt.Tokens(tokens(body, path)));
                } else if (token == JsonToken.VALUE_STRING) {
                    prompts.add(new Prompt.Text(parser.getText()));
                } else {
                    throw ApiError.wrongType(path, "a string or a list of token ids", body.found())
                            .exception();
                }
            }
            return prompts;
        }

        /** From the first id, which the parser stands at, to the list's end. */
        private static int[] tokens(JsonBody body, String path) throws IOException {
            int[] ids = new int[64];
            int count = 0;
            do {
                if (count == MAX_PROMPT_TOKENS) {
                    throw ApiError.invalidValue(path, "has more than " + MAX_PROMPT_TOKENS + " token ids")
                            .exception();
                }
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                ids[count] = (int) body.integer(path + "[" + count + "]", 0, Integer.MAX_VALUE - 1);
                count++;
            } while (body.parser().nextToken() != JsonToken.END_ARRAY);
            return Arrays.copyOf(ids, count);
        }
    }
}
