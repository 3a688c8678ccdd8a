package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one event of a worker's stream, or its whole answer, says of the first choice: one pass, no tree. Members of the
 * wrong type count as absent; servers differ.
 *
 * @param reasoning thinking ({@code reasoning_content}, or {@code reasoning} as newer vLLM calls it)
 * @param content {@code content} of chat, {@code text} of completions
 * @param calls calls, or pieces of them
 * @param finish null in the middle of a stream
 * @param stopText the stop text that was reached, where the server tells it (vLLM, SGLang)
 * @param usage null where the event has none
 * @param error the event is an error and nothing else
 */
record DialectChunk(
        @Nullable String reasoning,
        @Nullable String content,
        List<ToolCallDelta> calls,
        @Nullable FinishReason finish,
        @Nullable String stopText,
        @Nullable Usage usage,
        @Nullable ApiError error) {

    private static final int MAX_CALLS = 1_024;

    /** @throws ApiException 502 where the bytes are no JSON object */
    static DialectChunk read(byte[] json) {
        try (JsonParser parser = JsonBody.FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw DialectErrors.broken("is no JSON object").exception();
            }
            return new Reader(parser).read(UsageScanner.find(json));
        } catch (IOException e) {
            throw DialectErrors.broken(e).exception();
        }
    }

    /** The values while they are read. */
    private static final class Reader {
        private final JsonParser parser;
        private Choice first = new Choice();
        private @Nullable ApiError error;

        Reader(JsonParser parser) {
            this.parser = parser;
        }

        DialectChunk read(@Nullable Usage usage) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("choices") && value == JsonToken.START_ARRAY) {
                    choices();
                } else if (name.equals("error") && value != JsonToken.VALUE_NULL) {
                    Object found = DialectJson.value(parser);
                    error = DialectErrors.ofEvent(found == null ? "" : found);
                } else {
                    parser.skipChildren();
                }
            }
            return new DialectChunk(
                    first.reasoning, first.content, first.calls, first.finish, first.stopText, usage, error);
        }

        private void choices() throws IOException {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    parser.skipChildren();
                    continue;
                }
                Choice choice = new Choice();
                choice.read(parser);
                if (choice.index == 0) {
                    first = choice;
                }
            }
        }
    }

    private static final class Choice {
        private int index;
        private @Nullable String reasoning;
        private @Nullable String content;
        private List<ToolCallDelta> calls = List.of();
        private @Nullable FinishReason finish;
        private @Nullable String stopText;

        void read(JsonParser parser) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "index" -> index = value == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 0;
                    case "text" -> content = or(text(parser), content);
                    case "finish_reason" -> finish = finish(text(parser));
                    case "stop_reason", "matched_stop" -> stopText = or(text(parser), stopText);
                    case "delta", "message" -> {
                        if (value == JsonToken.START_OBJECT) {
                            message(parser);
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }

        private void message(JsonParser parser) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "content" -> content = or(text(parser), content);
                    case "reasoning_content", "reasoning" -> reasoning = or(text(parser), reasoning);
                    case "tool_calls" -> {
                        if (value == JsonToken.START_ARRAY) {
                            calls(parser);
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }

        private void calls(JsonParser parser) throws IOException {
            calls = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    calls.add(new Call(calls.size()).read(parser));
                } else {
                    parser.skipChildren();
                }
            }
        }

        /** Words of other servers that say an answer was broken off count as that; any other word is an end. */
        private static @Nullable FinishReason finish(@Nullable String word) {
            return switch (word) {
                case null -> null;
                case "length" -> FinishReason.LENGTH;
                case "content_filter" -> FinishReason.CONTENT_FILTER;
                case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
                case "insufficient_system_resource" -> FinishReason.INSUFFICIENT_SYSTEM_RESOURCE;
                case "aborted", "abort", "error" -> FinishReason.ABORTED;
                default -> FinishReason.STOP;
            };
        }
    }

    private static final class Call {
        private int index;
        private @Nullable String id;
        private @Nullable String name;
        private String arguments = "";

        /** @param ordinal its index in a whole answer, where none is written */
        Call(int ordinal) {
            index = ordinal;
        }

        ToolCallDelta read(JsonParser parser) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String member = parser.currentName();
                JsonToken value = parser.nextToken();
                if (member.equals("index") && value == JsonToken.VALUE_NUMBER_INT) {
                    index = parser.getIntValue();
                } else if (member.equals("id")) {
                    id = text(parser);
                } else if (member.equals("function") && value == JsonToken.START_OBJECT) {
                    function(parser);
                } else {
                    parser.skipChildren();
                }
            }
            if (index < 0 || index >= MAX_CALLS) {
                throw DialectErrors.broken("has a tool call with index " + index)
                        .exception();
            }
            return new ToolCallDelta(index, id, name, arguments);
        }

        private void function(JsonParser parser) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String member = parser.currentName();
                JsonToken value = parser.nextToken();
                if (member.equals("name")) {
                    name = text(parser);
                } else if (member.equals("arguments") && value == JsonToken.START_OBJECT) {
                    // Some servers send the object itself where its text belongs.
                    byte[] json =
                            new JsonBytes(64).value(DialectJson.value(parser)).toBytes();
                    arguments = new String(json, UTF_8);
                } else if (member.equals("arguments")) {
                    String text = text(parser);
                    arguments = text == null ? "" : text;
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    /** Of two members that mean the same, the one that says something. */
    private static @Nullable String or(@Nullable String found, @Nullable String before) {
        return found == null ? before : found;
    }

    /** Null where it is no string; consumes the value. */
    private static @Nullable String text(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }
}
