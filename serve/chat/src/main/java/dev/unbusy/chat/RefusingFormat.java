package dev.unbusy.chat;

import dev.unbusy.text.Text;
import org.jspecify.annotations.Nullable;

/** The format of a model that no conversation can be rendered for; text completion works with it all the same. */
final class RefusingFormat implements ChatFormat {
    private final String code;
    private final Text text;
    private final Text remedy;
    private final @Nullable RuntimeException cause;

    private RefusingFormat(String code, Text text, Text remedy, @Nullable RuntimeException cause) {
        this.code = code;
        this.text = text;
        this.remedy = remedy;
        this.cause = cause;
    }

    static RefusingFormat missing(ModelTexts model) {
        return new RefusingFormat(
                ChatException.TEMPLATE_MISSING,
                Text.of(
                        "the model file has no chat template, and none is known for architecture \"%s\"",
                        "模型文件不含聊天模板，程序也没有内置架构“%s”的对话格式", model.architecture()),
                new Text(
                        "Use /v1/completions, which needs no template, or convert the model again from a checkpoint that"
                                + " has a chat template.",
                        "请改用不需要模板的 /v1/completions，或从带有聊天模板的原始权重重新转换模型。"),
                null);
    }

    static RefusingFormat unusable(Text why, RuntimeException cause) {
        return new RefusingFormat(
                ChatException.TEMPLATE_UNUSABLE,
                new Text("the model's chat template cannot be used: " + why.en(), "无法使用模型自带的聊天模板：" + why.zh()),
                new Text(
                        "Use /v1/completions, which needs no template, or take a newer conversion of the model.",
                        "请改用不需要模板的 /v1/completions，或换用该模型较新的转换版本。"),
                cause);
    }

    @Override
    public String name() {
        return "none";
    }

    @Override
    public RenderedPrompt render(PromptInput input) {
        throw refusal();
    }

    @Override
    public ToolCallSyntax toolCalls() {
        throw refusal();
    }

    /** A new exception each time: its stack names the request that met it. */
    private ChatException refusal() {
        return new ChatException(code, null, text, remedy, cause);
    }
}
