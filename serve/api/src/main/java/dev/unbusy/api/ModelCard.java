package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of {@code GET /v1/models}.
 *
 * @param id name that requests use
 * @param createdSeconds Unix time; 0 where it is not known
 * @param contextWindow tokens; 0 where it is not known, then the key is left out
 * @param maxOutputTokens tokens; 0 where it is not known, then the key is left out
 */
public record ModelCard(String id, long createdSeconds, String ownedBy, int contextWindow, int maxOutputTokens) {

    /** {@code {"object":"list","data":[…]}} */
    public static byte[] list(Iterable<ModelCard> cards) {
        JsonBytes json = new JsonBytes(512)
                .open('{')
                .key("object")
                .string("list")
                .key("data")
                .open('[');
        for (ModelCard card : cards) {
            card.write(json);
        }
        return json.close(']').close('}').toBytes();
    }

    /** The answer of {@code GET /v1/models/ID}. */
    public byte[] toJson() {
        JsonBytes json = new JsonBytes(256);
        write(json);
        return json.toBytes();
    }

    private void write(JsonBytes json) {
        json.open('{')
                .key("id")
                .string(id)
                .key("object")
                .string("model")
                .key("created")
                .number(createdSeconds);
        json.key("owned_by").string(ownedBy);
        if (contextWindow > 0) {
            json.key("context_window").number(contextWindow);
        }
        if (maxOutputTokens > 0) {
            json.key("max_output_tokens").number(maxOutputTokens);
        }
        json.close('}');
    }

    /**
     * Reads the list of any OpenAI-compatible server. Unknown keys are skipped; vLLM's and SGLang's {@code max_model_len} is
     * the context window.
     *
     * @throws ApiException where it is no such list
     */
    public static List<ModelCard> parseList(byte[] json) {
        return JsonBody.parse(json, body -> {
            List<ModelCard> cards = new ArrayList<>();
            while (body.nextField()) {
                if (body.field().equals("data") && body.parser().currentToken() == JsonToken.START_ARRAY) {
                    while (body.parser().nextToken() != JsonToken.END_ARRAY) {
                        cards.add(read(body, "data[" + cards.size() + "]"));
                    }
                } else {
                    body.parser().skipChildren();
                }
            }
            return cards;
        });
    }

    private static ModelCard read(JsonBody body, String path) throws IOException {
        JsonParser parser = body.parser();
        String[] texts = {"", ""};
        long[] numbers = {0, 0, 0};
        body.object(path, name -> {
            JsonToken token = parser.currentToken();
            switch (name) {
                case "id" -> texts[0] = body.string(path + ".id");
                case "owned_by" -> texts[1] = token == JsonToken.VALUE_STRING ? parser.getText() : "";
                case "created" -> numbers[0] = count(parser);
                case "context_window", "max_model_len" -> numbers[1] = Math.max(numbers[1], count(parser));
                case "max_output_tokens" -> numbers[2] = count(parser);
                default -> parser.skipChildren();
            }
        });
        if (texts[0].isEmpty()) {
            throw ApiError.missing(path + ".id").exception();
        }
        return new ModelCard(texts[0], numbers[0], texts[1], clamp(numbers[1]), clamp(numbers[2]));
    }

    /** Of another program's making: what is no sensible count is not known. */
    private static long count(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            parser.skipChildren();
            return 0;
        }
        return Math.max(0, parser.getLongValue());
    }

    private static int clamp(long value) {
        return (int) Math.min(Integer.MAX_VALUE, value);
    }
}
