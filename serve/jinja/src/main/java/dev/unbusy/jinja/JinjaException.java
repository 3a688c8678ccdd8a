package dev.unbusy.jinja;

import dev.unbusy.text.Text;
import dev.unbusy.text.UserError;

/**
 * A chat template that cannot be parsed, or a conversation that it cannot render. {@link #kind()} tells the two apart:
 * {@link Kind#RAISED} is the template's own refusal of the conversation, everything else is about the template.
 */
public final class JinjaException extends UserError {
    private static final long serialVersionUID = 1L;

    /** Who is at fault, and for what. */
    public enum Kind {
        /** The template is not valid Jinja. */
        SYNTAX("chat-template-syntax"),
        /** Valid Jinja, but a construct that this evaluator does not know. */
        UNSUPPORTED("chat-template-unsupported"),
        /** An operation failed while rendering: an undefined value was used, types did not fit. */
        FAILED("chat-template-failed"),
        /** The template called {@code raise_exception}: it refuses this conversation. */
        RAISED("chat-template-raised"),
        /** A limit of {@link Limits} was reached. */
        LIMIT("chat-template-limit");

        private final String code;

        Kind(String code) {
            this.code = code;
        }
    }

    private final Kind kind;
    private final int line;
    private final String detail;

    JinjaException(Kind kind, int line, String detail, Throwable cause) {
        super(kind.code, describe(kind, line, detail), remedy(kind), cause);
        this.kind = kind;
        this.line = line;
        this.detail = detail;
    }

    public Kind kind() {
        return kind;
    }

    /** Line of the template, from 1; of a statement that spans several lines, the first. */
    public int line() {
        return line;
    }

    /** What went wrong, without the line; for {@link Kind#RAISED} exactly what the template passed to raise_exception. */
    public String detail() {
        return detail;
    }

    private static Text describe(Kind kind, int line, String detail) {
        String at = " (line " + line + "): " + detail;
        String zhAt = "(第 " + line + " 行):" + detail;
        return switch (kind) {
            case SYNTAX -> new Text("the chat template is not valid Jinja" + at, "聊天模板不是合法的 Jinja" + zhAt);
            case UNSUPPORTED ->
                new Text("the chat template uses something not supported" + at, "聊天模板用到了尚不支持的功能" + zhAt);
            case FAILED -> new Text("the chat template failed on this conversation" + at, "聊天模板无法处理这段对话" + zhAt);
            case RAISED -> new Text("the chat template refuses this conversation: " + detail, "聊天模板拒绝了这段对话:" + detail);
            case LIMIT -> new Text("the chat template needs too much to render" + at, "渲染聊天模板所需资源超出上限" + zhAt);
        };
    }

    private static Text remedy(Kind kind) {
        return switch (kind) {
            case SYNTAX, UNSUPPORTED ->
                new Text(
                        "Give another template with the model, or convert the model again with a newer converter.",
                        "请为模型另外指定聊天模板,或用较新的转换工具重新转换模型。");
            case FAILED, RAISED ->
                new Text(
                        "Check roles, their order and the fields of the messages against what the model expects.",
                        "请检查消息的角色、顺序和字段是否符合该模型的要求。");
            case LIMIT ->
                new Text(
                        "Shorten the conversation; if a short one fails too, use another template for the model.",
                        "请缩短对话;如果很短的对话也失败,请为模型换用其他聊天模板。");
        };
    }
}
