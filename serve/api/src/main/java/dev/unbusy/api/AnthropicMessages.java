package dev.unbusy.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the conversation of a {@code /v1/messages} request as OpenAI's messages. For one request. */
final class AnthropicMessages {
    private static final String BILLING = "x-anthropic-billing-header:";

    private final DialectMessages messages;

    AnthropicMessages(JsonBytes json) {
        messages = new DialectMessages(json, "messages", "tool_result block");
    }

    /** The path of the last message if it begins the answer, as an assistant's does; else null. */
    @Nullable
    String write(JsonFields fields) {
        String system = AnthropicRequest.texts("system", fields.value("system"));
        String prompt = withoutBilling(orEmpty(system));
        if (!prompt.isEmpty()) {
            messages.text("system", prompt);
        }
        fields.required("messages");
        List<?> list = DialectFields.list(fields, "messages");
        if (list.isEmpty()) {
            throw ApiError.invalidValue("messages", "is empty; send at least one message")
                    .exception();
        }
        String begun = null;
        for (int i = 0; i < list.size(); i++) {
            JsonFields message = JsonFields.of("messages[" + i + "]", list.get(i));
            boolean last = i == list.size() - 1;
            String role = message.requiredString("role");
            Object content = message.required("content");
            String path = message.path("content");
            switch (role) {
                case "user" -> user(path, content);
                case "assistant" -> begun = assistant(path, content, last) ? "messages[" + i + "]" : null;
                case "system" -> messages.text("system", orEmpty(AnthropicRequest.texts(path, content)));
                default ->
                    throw ApiError.outOfRange(message.path("role"), role, "user or assistant")
                            .exception();
            }
        }
        messages.end();
        return begun;
    }

    /**
     * Claude Code's first line is for Anthropic's accounts and has a hash that is another in each request: no prefix cache
     * would ever hold anything behind it.
     */
    private static String withoutBilling(String system) {
        if (!system.startsWith(BILLING)) {
            return system;
        }
        int end = system.indexOf('\n');
        return end < 0 ? "" : system.substring(end + 1);
    }

    /** Results become messages of their own, before the text, wherever they stand: OpenAI's order. */
    private void user(String path, Object content) {
        if (!(content instanceof List<?> blocks)) {
            messages.text("user", orEmpty(AnthropicRequest.texts(path, content)));
            return;
        }
        List<String> texts = new ArrayList<>();
        boolean results = false;
        for (int i = 0; i < blocks.size(); i++) {
            JsonFields block = JsonFields.of(path + "[" + i + "]", blocks.get(i));
            String type = block.requiredString("type");
            switch (type) {
                case "text" -> texts.add(block.requiredString("text"));
                case "tool_result" -> {
                    results = true;
                    String text = AnthropicRequest.texts(block.path("content"), block.value("content"));
                    messages.result(block.path("tool_use_id"), block.requiredString("tool_use_id"), orEmpty(text));
                }
                default -> throw AnthropicRequest.refused(block, type);
            }
        }
        if (!texts.isEmpty() || !results) {
            messages.text("user", String.join("\n", texts));
        }
    }

    /** Whether it begins the answer. */
    private boolean assistant(String path, Object content, boolean last) {
        List<String> texts = new ArrayList<>();
        List<String> thoughts = new ArrayList<>();
        List<DialectMessages.Call> calls = new ArrayList<>();
        if (content instanceof List<?> blocks) {
            for (int i = 0; i < blocks.size(); i++) {
                JsonFields block = JsonFields.of(path + "[" + i + "]", blocks.get(i));
                String type = block.requiredString("type");
                switch (type) {
                    case "text" -> texts.add(block.requiredString("text"));
                    case "thinking" -> thoughts.add(block.requiredString("thinking"));
                    case "tool_use" -> calls.add(call(path + "[" + i + "]", block));
                    default -> throw AnthropicRequest.refused(block, type);
                }
            }
        } else {
            texts.add(orEmpty(AnthropicRequest.texts(path, content)));
        }
        boolean begins = last && calls.isEmpty();
        messages.assistant(
                thoughts.isEmpty() ? null : String.join("\n", thoughts),
                texts.isEmpty() ? null : String.join("\n", texts),
                calls,
                begins);
        return begins;
    }

    private static DialectMessages.Call call(String path, JsonFields block) {
        String id = DialectFields.nonEmpty(block, "id");
        String name = DialectFields.nonEmpty(block, "name");
        Object input = block.value("input");
        if (input != null && !(input instanceof Map)) {
            throw ApiError.wrongType(block.path("input"), "an object", JsonFields.found(input))
                    .exception();
        }
        return new DialectMessages.Call(path, id, name, DialectFields.text(input == null ? Map.of() : input));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
