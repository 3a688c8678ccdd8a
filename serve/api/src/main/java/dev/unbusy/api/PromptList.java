package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.unbusy.api.CompletionRequest.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A field that holds one text, one text as token ids, or a list of such. */
final class PromptList {
    private static final int MAX_TOKENS = 4_194_304;

    private PromptList() {}

    /**
     * Reads the value that the body stands at.
     *
     * @param most entries allowed
     * @return at least one
     */
    static List<Prompt> read(JsonBody body, String field, int most) throws IOException {
        JsonParser parser = body.parser();
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return List.of(new Prompt.Text(parser.getText()));
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw ApiError.wrongType(field, "a string, a list of strings or token ids", body.found())
                    .exception();
        }
        JsonToken first = parser.nextToken();
        if (first == JsonToken.END_ARRAY) {
            throw ApiError.invalidValue(field, "is empty").exception();
        }
        if (first == JsonToken.VALUE_NUMBER_INT) {
            return List.of(new Prompt.Tokens(tokens(body, field)));
        }
        List<Prompt> prompts = new ArrayList<>();
        for (JsonToken token = first; token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            String path = field + "[" + prompts.size() + "]";
            if (prompts.size() == most) {
                throw ApiError.invalidValue(field, "has more than " + most + " entries")
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
            if (count == MAX_TOKENS) {
                throw ApiError.invalidValue(path, "has more than " + MAX_TOKENS + " token ids")
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
