package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway needs to know of a completion request before it passes the bytes on: one pass, no tree, texts skipped
 * without decoding. The JSON is checked to its end, the fields below for their types; everything else is the worker's.
 *
 * @param model null where the request names none
 * @param name where that name lies in the body, with its quotes; null where there is none
 * @param stream answer as server-sent events
 * @param includeUsage {@code stream_options.include_usage}; null where the request does not say
 * @param maxTokens {@code max_completion_tokens} or {@code max_tokens}; −1 where the request does not say
 * @param n answers per prompt
 * @param promptBytes of {@code messages} and {@code tools}, {@code prompt} and {@code suffix}, or {@code input}, as JSON: an
 *     upper bound of the text's length in UTF-8
 * @param prompt where the value of {@code messages} or {@code prompt} lies in the body; null where there is none
 * @param tools where that of {@code tools} lies; null where there is none
 * @param messageCount entries of {@code messages}; 0 where there is none
 * @param user {@code user_id} or {@code user}
 */
public record RequestOutline(
        @Nullable String model,
        @Nullable Span name,
        boolean stream,
        @Nullable Boolean includeUsage,
        int maxTokens,
        int n,
        long promptBytes,
        @Nullable Span prompt,
        @Nullable Span tools,
        int messageCount,
        @Nullable String user) {

    /** Bytes of the body, from the first to behind the last. */
    public record Span(int from, int to) {}

    public static RequestOutline scan(byte[] json) {
        return scan(json, 0, json.length);
    }

    /** @throws ApiException where the bytes are not a JSON object, or a field above has the wrong type */
    public static RequestOutline scan(byte[] json, int offset, int length) {
        try (JsonParser parser = JsonBody.FACTORY.createParser(json, offset, length)) {
            return new Scan(parser).outline();
        } catch (JsonProcessingException e) {
            throw JsonBody.invalid(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // cannot be: the bytes are in memory
        }
    }

    /** For a body that does not lie in one array. Closes the stream. */
    public static RequestOutline scan(InputStream json) {
        try (JsonParser parser = JsonBody.FACTORY.createParser(json)) {
            return new Scan(parser).outline();
        } catch (JsonProcessingException e) {
            throw JsonBody.invalid(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values while they are read. */
    private static final class Scan {
        private final JsonParser parser;
        private int seen;
        private @Nullable String model;
        private @Nullable Span name;
        private boolean stream;
        private @Nullable Boolean includeUsage;
        private int maxTokens = -1;
        private int n = 1;
        private long promptBytes;
        private @Nullable Span prompt;
        private @Nullable Span tools;
        private int messageCount;
        private @Nullable String user;

        Scan(JsonParser parser) {
            this.parser = parser;
        }

        RequestOutline outline() throws IOException {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw ApiError.emptyBody().exception();
            }
            if (first != JsonToken.START_OBJECT) {
                throw ApiError.notAnObject(JsonBody.found(first)).exception();
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                field(name, value);
            }
            if (parser.nextToken() != null) {
                throw JsonBody.trailing(parser);
            }
            return new RequestOutline(
                    model, name, stream, includeUsage, maxTokens, n, promptBytes, prompt, tools, messageCount, user);
        }

        private void field(String field, JsonToken value) throws IOException {
            switch (field) {
                case "model" -> {
                    once(1, field);
                    int from = (int) parser.currentTokenLocation().getByteOffset();
                    model = text(field, value);
                    name = model == null
                            ? null
                            : new Span(from, (int) parser.currentLocation().getByteOffset());
                }
                case "stream" -> {
                    once(2, field);
                    stream = Boolean.TRUE.equals(bool(field, value));
                }
                case "stream_options" -> {
                    once(4, field);
                    streamOptions(value);
                }
                case "max_tokens" -> {
                    once(8, field);
                    maxTokens = Math.max(maxTokens, integer(field, value, -1));
                }
                case "max_completion_tokens" -> {
                    once(16, field);
                    maxTokens = Math.max(maxTokens, integer(field, value, -1));
                }
                case "n" -> {
                    once(32, field);
                    n = integer(field, value, 1);
                }
                case "messages" -> {
                    once(64, field);
                    long from = parser.currentTokenLocation().getByteOffset();
                    messageCount = countAndSkip(value);
                    prompt = span(from);
                }
                case "prompt", "suffix", "tools", "input" -> {
                    once(bit(field), field);
                    long from = parser.currentTokenLocation().getByteOffset();
                    countAndSkip(value);
                    parser.finishToken();
                    Span span = span(from);
                    prompt = field.equals("prompt") ? span : prompt;
                    tools = field.equals("tools") ? span : tools;
                }
                case "user", "user_id" -> user = text(field, value);
                default -> parser.skipChildren();
            }
        }

        private static int bit(String name) {
            return switch (name) {
                case "prompt" -> 128;
                case "suffix" -> 256;
                case "tools" -> 512;
                default -> 1024;
            };
        }

        private Span span(long from) {
            long to = parser.currentLocation().getByteOffset();
            promptBytes += to - from;
            return new Span((int) from, (int) to);
        }

        /** The worker reads the last of two, another reader the first: whoever sends two means to trick one of them. */
        private void once(int bit, String name) {
            if ((seen & bit) != 0) {
                throw ApiError.duplicateField(name).exception();
            }
            seen |= bit;
        }

        private int countAndSkip(JsonToken value) throws IOException {
            if (value != JsonToken.START_ARRAY) {
                parser.skipChildren();
                return 0;
            }
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                count++;
                parser.skipChildren();
            }
            return count;
        }

        private void streamOptions(JsonToken value) throws IOException {
            if (value == JsonToken.VALUE_NULL) {
                return;
            }
            if (value != JsonToken.START_OBJECT) {
                throw ApiError.wrongType("stream_options", "an object", JsonBody.found(value))
                        .exception();
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken option = parser.nextToken();
                if (name.equals("include_usage")) {
                    includeUsage = bool("stream_options.include_usage", option);
                } else {
                    parser.skipChildren();
                }
            }
        }

        private @Nullable String text(String name, JsonToken value) throws IOException {
            return switch (value) {
                case VALUE_STRING -> parser.getText();
                case VALUE_NULL -> null;
                default ->
                    throw ApiError.wrongType(name, "a string", JsonBody.found(value))
                            .exception();
            };
        }

        private static @Nullable Boolean bool(String name, JsonToken value) {
            return switch (value) {
                case VALUE_TRUE -> Boolean.TRUE;
                case VALUE_FALSE -> Boolean.FALSE;
                case VALUE_NULL -> null;
                default ->
                    throw ApiError.wrongType(name, "true or false", JsonBody.found(value))
                            .exception();
            };
        }

        private int integer(String name, JsonToken value, int absent) throws IOException {
            if (value == JsonToken.VALUE_NULL) {
                return absent;
            }
            if (value != JsonToken.VALUE_NUMBER_INT) {
                throw ApiError.wrongType(name, "an integer", JsonBody.found(value))
                        .exception();
            }
            boolean fits = parser.getNumberType() == JsonParser.NumberType.INT && parser.getIntValue() >= 1;
            if (!fits) {
                throw ApiError.outOfRange(name, parser.getText(), "at least 1").exception();
            }
            return parser.getIntValue();
        }
    }
}
