package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds {@code usage} in the JSON of an answer or of one event. Events without it, which are nearly all, cost a search for
 * seven bytes. Knows the keys of DeepSeek, OpenAI and vLLM; what the counting server left out is derived or zero.
 */
public final class UsageScanner {
    private static final byte[] KEY = Sse.ascii("\"usage\"");

    private UsageScanner() {}

    /** Null where there is none, where it is null, or where the bytes are not JSON. Never throws. */
    public static @Nullable Usage find(byte[] json) {
        return find(json, 0, json.length);
    }

    public static @Nullable Usage find(byte[] json, int offset, int length) {
        if (!contains(json, offset, offset + length)) {
            return null;
        }
        try (JsonParser parser = JsonBody.FACTORY.createParser(json, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            Usage found = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isUsage = parser.currentName().equals("usage");
                if (parser.nextToken() == JsonToken.START_OBJECT && isUsage) {
                    found = new Counts().read(parser);
                } else {
                    parser.skipChildren();
                }
            }
            return parser.currentToken() == JsonToken.END_OBJECT ? found : null;
        } catch (IOException | IllegalArgumentException notUsage) {
            return null;
        }
    }

    /** Inside a JSON text the quotes would be escaped, so the bytes cannot be something that a model wrote. */
    private static boolean contains(byte[] json, int from, int to) {
        // From the end: usage stands behind the choices.
        for (int at = to - KEY.length; at >= from; at--) {
            if (json[at] == '"' && json[at + 1] == 'u' && json[at + 6] == '"' && json[at + 3] == 'a') {
                return true;
            }
        }
        return false;
    }

    /** The values while they are read. */
    private static final class Counts {
        private long prompt;
        private long completion;
        private long cached;
        private long reasoning;

        Usage read(JsonParser parser) throws IOException {
            int depth = 1;
            while (depth > 0) {
                switch (parser.nextToken()) {
                    case START_OBJECT, START_ARRAY -> depth++;
                    case END_OBJECT, END_ARRAY -> depth--;
                    case VALUE_NUMBER_INT -> count(parser, depth);
                    case null -> throw new IllegalArgumentException("cut off");
                    default -> {}
                }
            }
            return new Usage(prompt, Math.min(cached, prompt), completion, Math.min(reasoning, completion));
        }

        private void count(JsonParser parser, int depth) throws IOException {
            String name = parser.currentName();
            if (name == null || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                return;
            }
            long value = parser.getLongValue();
            switch (name) {
                case "prompt_tokens" -> prompt = depth == 1 ? value : prompt;
                case "completion_tokens" -> completion = depth == 1 ? value : completion;
                case "prompt_cache_hit_tokens", "cached_tokens" -> cached = Math.max(cached, value);
                case "reasoning_tokens" -> reasoning = Math.max(reasoning, value);
                default -> {}
            }
        }
    }
}
