package dev.unbusy.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation, checked.
 *
 * @param index its place in the request's {@code messages}; −1 if we made it
 * @param content its text parts joined; null only for an assistant message that the request gave none
 * @param reasoning {@code reasoning_content}
 * @param raw the message as the request has it
 */
record Message(
        int index,
        Role role,
        @Nullable String content,
        @Nullable String reasoning,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId,
        boolean prefix,
        Map<String, @Nullable Object> raw) {

    enum Role {
        /** Also OpenAI's {@code developer}, which newer clients send in place of {@code system}. */
        SYSTEM,
        USER,
        ASSISTANT,
        TOOL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param arguments as the request has them: JSON text, or an object
     * @param raw the whole call as the request has it
     */
    record ToolCall(@Nullable String id, String name, Object arguments, Map<?, ?> raw) {}

    static Message system(String content) {
        return made(Role.SYSTEM, content);
    }

    static Message made(Role role, String content) {
        return new Message(-1, role, content, null, List.of(), null, false, Map.of("role", role.word()));
    }

    Message withContent(String newContent) {
        return new Message(index, role, newContent, reasoning, toolCalls, toolCallId, prefix, raw);
    }

    Message withoutCalls() {
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(raw);
        rest.remove("tool_calls");
        return new Message(index, role, content, reasoning, List.of(), toolCallId, prefix, rest);
    }

    String text() {
        return content == null ? "" : content;
    }

    String reasoningText() {
        return reasoning == null ? "" : reasoning;
    }

    /** Whether the user's side speaks: in DeepSeek V4 a tool's result is part of a user turn. */
    boolean fromUserOrTool() {
        return role == Role.USER || role == Role.TOOL;
    }
}
