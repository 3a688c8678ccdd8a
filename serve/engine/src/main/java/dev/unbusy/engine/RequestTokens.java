package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.llama.LlamaException;
import dev.unbusy.llama.Vocab;

/** The model's tokens of what requests say. Calls the native tokenizer: for platform threads. */
final class RequestTokens {
    private final Vocab vocab;

    RequestTokens(Vocab vocab) {
        this.vocab = vocab;
    }

    /**
     * @param param the request's field that the text came from
     * @throws dev.unbusy.api.ApiException if the tokenizer cannot take it
     */
    int[] of(String text, boolean addSpecial, boolean parseSpecial, String param) {
        try {
            return vocab.tokenize(text, addSpecial, parseSpecial);
        } catch (LlamaException e) {
            if (!e.code().equals("text-run-too-long")) {
                throw e;
            }
            throw new ApiError(
                            400,
                            e.getMessage() + ". " + e.remedy().en() + ".",
                            "invalid_request_error",
                            param,
                            e.code(),
                            0)
                    .exception();
        }
    }

    /**
     * @param ids none negative
     * @return these
     * @throws dev.unbusy.api.ApiException naming one that is no token
     */
    int[] checked(int[] ids, String param) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= vocab.size()) {
                throw ApiError.outOfRange(param + "[" + i + "]", ids[i], "a token id below " + vocab.size())
                        .exception();
            }
        }
        return ids;
    }
}
