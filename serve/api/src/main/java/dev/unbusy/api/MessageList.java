package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a chat, checked role by role.
 *
 * @param continueLast the last one has {@code prefix: true}, which is not in its map
 */
record MessageList(List<Map<String, Object>> messages, boolean continueLast) {
    static final int MAX_MESSAGES = 16_384;
    private static final String ROLES = "one of system, developer, user, assistant, tool";

    static MessageList read(JsonBody body) throws IOException {
        JsonParser parser = body.parser();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw ApiError.wrongType("messages", "a list of messages", body.found())
                    .exception();
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        ToolCallHistory history = new ToolCallHistory();
        int prefixAt = -1;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            int index = messages.size();
            if (index == MAX_MESSAGES) {
                throw ApiError.invalidValue("messages", "has more than " + MAX_MESSAGES + " entries")
                        .exception();
            }
            Message message = new Message("messages[" + index + "]");
            body.object(message.path, name -> message.field(body, name));
            messages.add(message.checked());
            history.message(message.path, messages.getLast());
            if (message.prefix) {
                prefixAt = index;
            }
            if (prefixAt >= 0 && prefixAt < index) {
                throw ApiError.invalidValue("messages[" + prefixAt + "].prefix", "is for the last message only")
                        .exception();
            }
        }
        if (messages.isEmpty()) {
            throw ApiError.invalidValue("messages", "is empty; send at least one message")
                    .exception();
        }
        history.end();
        return new MessageList(messages, prefixAt >= 0);
    }

    /** One message while it is read. */
    private static final class Message {
        private final String path;
        private final Map<String, Object> values = new LinkedHashMap<>();
        private @Nullable Object toolCalls;
        private boolean prefix;

        Message(String path) {
            this.path = path;
        }

        void field(JsonBody body, String name) throws IOException {
            String at = path + "." + name;
            switch (name) {
                case "role" -> values.put(name, role(body, at));
                case "content" -> put(name, content(body, at));
                case "name", "tool_call_id", "reasoning_content" -> put(name, body.isNull() ? null : body.string(at));
                case "prefix" -> prefix = !body.isNull() && body.bool();
                case "tool_calls" -> toolCalls = body.value();
                // Clients send back what they got or made of it; these say nothing to a model.
                case "refusal", "annotations", "parsed" -> body.parser().skipChildren();
                case "audio", "function_call" -> {
                    if (!body.isNull()) {
                        throw ApiError.unsupported(at, "leave it out").exception();
                    }
                }
                default -> throw ApiError.unknownParameter(at, null).exception();
            }
        }

        Map<String, Object> checked() {
            Object role = values.get("role");
            if (role == null) {
                throw ApiError.missing(path + ".role").exception();
            }
            boolean assistant = role.equals("assistant");
            if (!assistant) {
                requireAssistant();
            } else if (toolCalls != null) {
                List<Map<String, Object>> calls = ToolCallHistory.calls(path + ".tool_calls", toolCalls);
                if (!calls.isEmpty()) {
                    values.put("tool_calls", calls);
                }
            }
            if (!values.containsKey("content") && !(assistant && (values.containsKey("tool_calls") || prefix))) {
                throw ApiError.missing(path + ".content").exception();
            }
            if (role.equals("tool") && !values.containsKey("tool_call_id")) {
                throw ApiError.missing(path + ".tool_call_id").exception();
            }
            if (!values.containsKey("content") && prefix) {
                values.put("content", "");
            }
            return values;
        }

        private void requireAssistant() {
            String name = "";
            if (toolCalls != null && !List.of().equals(toolCalls)) {
                name = "tool_calls";
            } else if (values.containsKey("reasoning_content")) {
                name = "reasoning_content";
            } else if (prefix) {
                name = "prefix";
            }
            if (!name.isEmpty()) {
                throw ApiError.invalidValue(path + "." + name, "is for the role assistant only")
                        .exception();
            }
        }

        private void put(String name, @Nullable Object value) {
            if (value != null) {
                values.put(name, value);
            }
        }

        private static String role(JsonBody body, String at) throws IOException {
            String role = body.string(at);
            return switch (role) {
                case "system", "user", "assistant", "tool" -> role;
                case "developer" -> "system"; // OpenAI's newer name; the templates know the older one
                default ->
                    throw ApiError.invalidValue(at, "is " + ApiError.quote(role) + ", but must be " + ROLES)
                            .exception();
            };
        }

        private static @Nullable String content(JsonBody body, String at) throws IOException {
            JsonParser parser = body.parser();
            return switch (parser.currentToken()) {
                case VALUE_NULL -> null;
                case VALUE_STRING -> parser.getText();
                case START_ARRAY -> parts(body, at);
                default ->
                    throw ApiError.wrongType(at, "a string or a list of parts", body.found())
                            .exception();
            };
        }

        private static String parts(JsonBody body, String at) throws IOException {
            StringBuilder text = new StringBuilder();
            int index = 0;
            while (body.parser().nextToken() != JsonToken.END_ARRAY) {
                String part = at + "[" + index++ + "]";
                Part found = new Part(part);
                body.object(part, name -> found.field(body, name));
                text.append(index == 1 ? "" : "\n").append(found.checked());
            }
            return text.toString();
        }
    }

    /** One part of a message's content while it is read. */
    private static final class Part {
        private final String path;
        private @Nullable String type;
        private @Nullable String text;

        Part(String path) {
            this.path = path;
        }

        void field(JsonBody body, String name) throws IOException {
            switch (name) {
                case "type" -> type = body.string(path + ".type");
                case "text" -> text = body.string(path + ".text");
                default -> body.parser().skipChildren(); // belongs to a type that checked() refuses
            }
        }

        String checked() {
            String kind = type;
            if (kind == null) {
                throw ApiError.missing(path + ".type").exception();
            }
            if (!kind.equals("text")) {
                throw ApiError.unsupported(path + ".type", "the model reads text; send parts of type text")
                        .exception();
            }
            String value = text;
            if (value == null) {
                throw ApiError.missing(path + ".text").exception();
            }
            return value;
        }
    }
}
