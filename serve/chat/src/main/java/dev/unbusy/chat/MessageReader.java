package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks the messages of a request and reads them into {@link Message}s. */
final class MessageReader {
    private final String partSeparator;

    /**
     * A conversation, checked.
     *
     * @param messages all of it, but for the message to be continued
     * @param continued the assistant's unfinished last message, which the model is to go on with, or null
     */
    record Turns(List<Message> messages, @Nullable Message continued) {}

    /**
     * @param partSeparator what stands between the text parts of one content; DeepSeek's converter puts a blank line, the
     *     engines that render templates put a line break
     */
    MessageReader(String partSeparator) {
        this.partSeparator = partSeparator;
    }

    Turns read(PromptInput input) {
        List<Message> messages = read(input.messages());
        Message last = messages.getLast();
        if (!input.continueFinalMessage() && !last.prefix()) {
            return new Turns(messages, null);
        }
        if (last.role() != Role.ASSISTANT) {
            throw ChatException.invalid(
                    "messages[" + last.index() + "].role",
                    "is not assistant, but the last message is to be continued",
                    "不是 assistant，而请求要求续写最后一条消息");
        }
        if (!last.toolCalls().isEmpty()) {
            throw ChatException.invalid(
                    "messages[" + last.index() + "].tool_calls",
                    "is given, but a message that calls tools cannot be continued",
                    "不应出现，调用工具的消息不能续写");
        }
        return new Turns(messages.subList(0, messages.size() - 1), last);
    }

    private List<Message> read(List<Map<String, @Nullable Object>> messages) {
        if (messages.isEmpty()) {
            throw ChatException.invalid("messages", "is empty", "为空");
        }
        List<Message> result = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            Message message = message(i, messages.get(i));
            if (message.prefix() && i != messages.size() - 1) {
                throw ChatException.invalid(
                        "messages[" + i + "].prefix",
                        "is true, but only the last message can be continued",
                        "为 true，但只有最后一条消息可以续写");
            }
            result.add(message);
        }
        return result;
    }

    private Message message(int index, Map<String, @Nullable Object> raw) {
        String path = "messages[" + index + "]";
        Role role = role(path, raw.get("role"));
        List<ToolCall> toolCalls = toolCalls(path + ".tool_calls", raw.get("tool_calls"));
        String reasoning = optionalString(path + ".reasoning_content", raw.get("reasoning_content"));
        boolean prefix = bool(path + ".prefix", raw.get("prefix"));
        if (role != Role.ASSISTANT) {
            if (!toolCalls.isEmpty()) {
                throw ChatException.invalid(
                        path + ".tool_calls",
                        "is given, but only assistant messages call tools",
                        "不应出现，只有 assistant 消息可以调用工具");
            }
            if (prefix) {
                throw ChatException.invalid(
                        path + ".prefix",
                        "is true, but only an assistant message can be continued",
                        "为 true，但只有 assistant 消息可以续写");
            }
        }
        String content = content(path + ".content", raw.get("content"));
        if (content == null && (role != Role.ASSISTANT || (toolCalls.isEmpty() && !prefix))) {
            throw ChatException.invalid(
                    path + ".content",
                    role == Role.ASSISTANT ? "is missing, and there are no tool_calls" : "is missing",
                    role == Role.ASSISTANT ? "缺失，且没有 tool_calls" : "缺失");
        }
        String toolCallId = optionalString(path + ".tool_call_id", raw.get("tool_call_id"));
        return new Message(index, role, content, reasoning, toolCalls, toolCallId, prefix, raw);
    }

    private static Role role(String path, @Nullable Object role) {
        return switch (role) {
            case String s when s.equals("system") || s.equals("developer") -> Role.SYSTEM;
            case String s when s.equals("user") -> Role.USER;
            case String s when s.equals("assistant") -> Role.ASSISTANT;
            case String s when s.equals("tool") -> Role.TOOL;
            case String s ->
                throw ChatException.invalid(
                        path + ".role",
                        "is \"" + s + "\"; known are system, developer, user, assistant, tool",
                        "为“" + s + "”，可用的角色有 system、developer、user、assistant、tool");
            case null -> throw ChatException.invalid(path + ".role", "is missing", "缺失");
            default -> throw ChatException.invalid(path + ".role", "is not a string", "不是字符串");
        };
    }

    private @Nullable String content(String path, @Nullable Object content) {
        return switch (content) {
            case null -> null;
            case String s -> s;
            case List<?> parts -> {
                StringBuilder joined = new StringBuilder();
                for (int j = 0; j < parts.size(); j++) {
                    joined.append(j > 0 ? partSeparator : "").append(part(path + "[" + j + "]", parts.get(j)));
                }
                yield joined.toString();
            }
            default ->
                throw ChatException.invalid(
                        path, "is neither a string nor a list of content parts", "既不是字符串，也不是内容片段的列表");
        };
    }

    private static String part(String path, @Nullable Object part) {
        if (!(part instanceof Map<?, ?> map)) {
            throw ChatException.invalid(path, "is not an object", "不是对象");
        }
        if (!(map.get("type") instanceof String type)) {
            throw ChatException.invalid(path + ".type", "is missing or not a string", "缺失或不是字符串");
        }
        if (!type.equals("text")) {
            throw new ChatException(
                    ChatException.CONTENT_UNSUPPORTED,
                    path,
                    Text.of("%s is of type \"%s\"; this model reads text only", "%s 的类型为“%s”，而该模型只能处理文本", path, type),
                    new Text("Send only parts of type \"text\".", "请只发送类型为 text 的内容。"),
                    null);
        }
        if (!(map.get("text") instanceof String text)) {
            throw ChatException.invalid(path + ".text", "is missing or not a string", "缺失或不是字符串");
        }
        return text;
    }

    private static List<ToolCall> toolCalls(String path, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> calls)) {
            throw ChatException.invalid(path, "is not a list", "不是列表");
        }
        List<ToolCall> result = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            result.add(toolCall(path + "[" + i + "]", calls.get(i)));
        }
        return result;
    }

    private static ToolCall toolCall(String path, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> call)) {
            throw ChatException.invalid(path, "is not an object", "不是对象");
        }
        if (!(call.get("function") instanceof Map<?, ?> function)) {
            throw ChatException.invalid(
                    path + ".function", "is missing; tools of type function are known", "缺失，目前只支持 function 类型的工具");
        }
        if (!(function.get("name") instanceof String name)) {
            throw ChatException.invalid(path + ".function.name", "is missing or not a string", "缺失或不是字符串");
        }
        Object arguments = function.get("arguments");
        if (!(arguments instanceof String) && !(arguments instanceof Map)) {
            throw ChatException.invalid(
                    path + ".function.arguments", "is neither JSON text nor an object", "既不是 JSON 文本，也不是对象");
        }
        return new ToolCall(optionalString(path + ".id", call.get("id")), name, arguments, call);
    }

    private static @Nullable String optionalString(String path, @Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String s -> s;
            default -> throw ChatException.invalid(path, "is not a string", "不是字符串");
        };
    }

    private static boolean bool(String path, @Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean b -> b;
            default -> throw ChatException.invalid(path, "is not true or false", "不是 true 或 false");
        };
    }
}
