package dev.unbusy.chat;

import java.util.List;

/**
 * The conventions by which models write calls of tools into their output. One is part of each {@link ChatFormat}; {@link
 * OutputSplitter} reads what is written in it, {@link #form} says what must be written.
 */
public enum ToolCallSyntax {
    /** DeepSeek V3 and R1: marker tokens and a fence around the arguments. */
    DEEPSEEK_V3("deepseek-v3"),
    /** DeepSeek V3.1 and V3.2-Exp: marker tokens around bare arguments. */
    DEEPSEEK_V31("deepseek-v3.1"),
    /** DeepSeek V3.2: DSML. */
    DSML_V32("dsml-v3.2"),
    /** DeepSeek V4: DSML, another name for the block. */
    DSML_V4("dsml-v4"),
    /** DeepSeek V4.1: DSML, names that begin with a space. */
    DSML_V41("dsml-v4.1"),
    /** Hermes, Qwen2.5, Qwen3 and many others: JSON between {@code <tool_call>} tags. */
    HERMES("hermes"),
    /** Qwen3-Coder and Qwen3.5: tags for function and parameters between {@code <tool_call>} tags. */
    QWEN_TAGS("qwen-tags"),
    /** Llama 3: bare JSON, one call. */
    LLAMA3("llama3"),
    /** Mistral's older models: a JSON list behind {@code [TOOL_CALLS]}. */
    MISTRAL_LIST("mistral-list"),
    /** Mistral's newer models: {@code [TOOL_CALLS]NAME[ARGS]}. */
    MISTRAL("mistral"),
    /** Mistral's models that put an id between name and arguments. */
    MISTRAL_ID("mistral-id");

    private final String word;

    ToolCallSyntax(String word) {
        this.word = word;
    }

    /** For the log. */
    public String word() {
        return word;
    }

    /**
     * The texts that this convention is recognised by. Where the vocabulary has one of them as a control token, whose text
     * is not shown to readers, it must be written out for {@link OutputSplitter} all the same.
     */
    public List<String> markers() {
        return switch (this) {
            case DEEPSEEK_V3, DEEPSEEK_V31 ->
                List.of(
                        DeepSeekCallParser.CALLS,
                        DeepSeekCallParser.CALL,
                        DeepSeekCallParser.SEPARATOR,
                        DeepSeekCallParser.CALL_END,
                        DeepSeekCallParser.CALLS_END);
            case DSML_V32, DSML_V4, DSML_V41 -> List.of(DeepSeekText.DSML);
            case HERMES, QWEN_TAGS -> List.of(TaggedCallParser.OPEN, TaggedCallParser.CLOSE);
            case LLAMA3 -> List.of(LlamaCallParser.PYTHON);
            case MISTRAL_LIST, MISTRAL, MISTRAL_ID ->
                List.of(MistralCallParser.CALLS, MistralCallParser.CALL_ID, MistralCallParser.ARGUMENTS);
        };
    }

    /**
     * What calls of these tools look like.
     *
     * @param tools not empty; only the one that is to be called where the request names it
     * @param parallel whether one answer may call several times. Llama 3 never does
     */
    public ToolCallForm form(List<Tool> tools, boolean parallel) {
        if (tools.isEmpty()) {
            throw new IllegalArgumentException("no tools to call");
        }
        return ToolCallForms.of(this, tools, parallel);
    }

    ToolCallParser parser(List<Tool> tools) {
        return switch (this) {
            case DEEPSEEK_V3, DEEPSEEK_V31 -> new DeepSeekCallParser();
            case DSML_V32, DSML_V4, DSML_V41 -> new DsmlCallParser(tools);
            case HERMES -> new TaggedCallParser(tools, false);
            case QWEN_TAGS -> new TaggedCallParser(tools, true);
            case LLAMA3 -> new LlamaCallParser(tools);
            case MISTRAL_LIST, MISTRAL, MISTRAL_ID -> new MistralCallParser();
        };
    }

    /** Texts that end the reasoning although {@code </think>} is missing, as in DeepSeek's own parser. */
    public List<String> endsReasoning() {
        return switch (this) {
            case DSML_V32, DSML_V4, DSML_V41 -> DsmlCallParser.blocks();
            default -> List.of();
        };
    }
}
