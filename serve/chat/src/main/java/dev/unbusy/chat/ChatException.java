package dev.unbusy.chat;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that cannot become a prompt. {@link #param()} names the field of the request that is at fault, so that
 * the worker can answer 400 with it; it is null when the model file is at fault, not the request.
 */
public final class ChatException extends UserError {
    /** The model file has no chat template and none is known for it. */
    public static final String TEMPLATE_MISSING = "chat-template-missing";
    /** The model file's chat template cannot be evaluated at all. */
    public static final String TEMPLATE_UNUSABLE = "chat-template-unusable";
    /** The template refuses this conversation, or fails on it. */
    public static final String MESSAGES_REJECTED = "chat-messages-rejected";
    /** A message does not have the form that the API documents. */
    public static final String MESSAGES_INVALID = "chat-messages-invalid";
    /** A content part that is not text. */
    public static final String CONTENT_UNSUPPORTED = "chat-content-unsupported";
    /** A reasoning effort that is none of the known ones. */
    public static final String EFFORT_UNKNOWN = "chat-reasoning-effort-unknown";

    /** The model's template writes calls of tools in a way that is not known here. */
    public static final String TOOLS_UNSUPPORTED = "chat-tools-unsupported";
    /** The model has no tokens for filling a gap. */
    public static final String FILL_UNSUPPORTED = "fill-in-middle-unsupported";

    private static final long serialVersionUID = 1L;

    private final @Nullable String param;

    ChatException(String code, @Nullable String param, Text text, Text remedy, @Nullable Throwable cause) {
        super(code, text, remedy, cause);
        this.param = param;
    }

    /** The request field at fault as a path, for instance {@code messages[2].content[0]}; null if it is the model file. */
    public @Nullable String param() {
        return param;
    }

    static ChatException invalid(String param, String en, String zh) {
        return new ChatException(
                MESSAGES_INVALID,
                param,
                new Text(param + " " + en, param + " " + zh),
                new Text(
                        "Correct " + param + "; the form of messages is that of the Chat Completions API.",
                        "请修改 " + param + "，消息格式须符合 Chat Completions API。"),
                null);
    }
}
