package dev.unbusy.api;

import java.io.IOException;
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
                        case "prompt" -> prompts = PromptList.read(body, "prompt", MAX_PROMPTS);
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
    }
}
