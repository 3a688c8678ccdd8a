package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import dev.unbusy.chat.MessageReader.Turns;
import dev.unbusy.jinja.JinjaException;
import dev.unbusy.jinja.Template;
import dev.unbusy.text.Text;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format of a model that carries a template: rendered as Hugging Face's transformers does it, after the messages have
 * been brought into the form that this template expects ({@link TemplateTraits}).
 *
 * <p>A message to be continued is not given to the template: it follows the generation prompt. Templates strip and
 * rewrite what looks like a finished message, and no position in their output is certain to be the end of its content.
 */
final class JinjaFormat implements ChatFormat {
    private static final MessageReader READER = new MessageReader("\n");
    /** What a model that was trained to reason writes when it does not; Qwen3's template puts it into the prompt. */
    private static final String NO_REASONING = "\n\n</think>\n\n";

    private final ModelTexts model;
    private final Template template;
    private final TemplateTraits traits;

    private JinjaFormat(ModelTexts model, String source) {
        this.model = model;
        this.template = Template.parse(source);
        this.traits = TemplateTraits.find(source, this::probe);
    }

    /**
     * @throws JinjaException if the template cannot be parsed
     */
    static JinjaFormat of(ModelTexts model, String source) {
        return new JinjaFormat(model, source);
    }

    @Override
    public String name() {
        return "template";
    }

    TemplateTraits traits() {
        return traits;
    }

    @Override
    public RenderedPrompt render(PromptInput input) {
        Turns turns = READER.read(input);
        boolean thinking = ReasoningEffort.thinks(input);
        Message continued = turns.continued();
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put(
                "messages",
                turns.messages().stream().map(message -> forTemplate(message)).toList());
        if (!input.tools().isEmpty() || !traits.undefinedTools()) {
            variables.put("tools", input.tools().isEmpty() ? null : input.tools());
        }
        addCommon(variables, input.addGenerationPrompt() || continued != null);
        variables.put("enable_thinking", thinking);
        variables.put("thinking", thinking);
        if (input.reasoningEffort() != null && !input.reasoningEffort().equals("none")) {
            variables.put("reasoning_effort", input.reasoningEffort());
        }
        variables.putAll(input.variables());
        String prompt;
        try {
            prompt = template.render(variables, () -> input.today().atStartOfDay());
        } catch (JinjaException e) {
            throw rejected(e);
        }
        return finish(prompt, thinking, continued);
    }

    private void addCommon(Map<String, @Nullable Object> variables, boolean addGenerationPrompt) {
        variables.put("documents", null);
        variables.put("add_generation_prompt", addGenerationPrompt);
        if (model.bosText() != null) {
            variables.put("bos_token", model.bosText());
        }
        if (model.eosText() != null) {
            variables.put("eos_token", model.eosText());
        }
    }

    private @Nullable String probe(Map<String, @Nullable Object> variables) {
        addCommon(variables, true);
        try {
            return template.render(variables, LocalDate.EPOCH::atStartOfDay);
        } catch (JinjaException e) {
            return null;
        }
    }

    private Map<String, @Nullable Object> forTemplate(Message message) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(message.raw());
        if (message.role() == Role.SYSTEM && !traits.developerRole()) {
            map.put("role", "system");
        }
        String content = message.content() == null && traits.emptyContent() ? "" : message.content();
        map.put("content", content != null && traits.typedContent() ? TemplateTraits.typed(content) : content);
        if (!message.toolCalls().isEmpty()) {
            map.put(
                    "tool_calls",
                    message.toolCalls().stream().map(call -> forTemplate(call)).toList());
        }
        return map;
    }

    private Object forTemplate(ToolCall call) {
        Object arguments = call.arguments();
        if (traits.objectArguments() && arguments instanceof String text) {
            Map<String, @Nullable Object> parsed = PythonJson.parseObject(text);
            arguments = parsed == null ? text : parsed;
        } else if (!traits.objectArguments() && !(arguments instanceof String)) {
            arguments = PythonJson.write(arguments);
        }
        Map<Object, @Nullable Object> result = new LinkedHashMap<>(call.raw());
        Map<Object, @Nullable Object> function = new LinkedHashMap<>();
        if (call.raw().get("function") instanceof Map<?, ?> raw) {
            function.putAll(raw);
        }
        function.put("arguments", arguments);
        result.put("function", function);
        return result;
    }

    /** Ends the prompt as the request wants it and finds out where the output will begin. */
    private RenderedPrompt finish(String rendered, boolean thinking, @Nullable Message continued) {
        String prompt = rendered;
        String stripped = prompt.stripTrailing();
        boolean insideReasoning = stripped.endsWith(DeepSeekText.THINK);
        boolean afterReasoning = stripped.endsWith(DeepSeekText.END_THINK);
        String afterTag = insideReasoning ? prompt.substring(stripped.length()) : "";
        if (insideReasoning && !thinking) {
            prompt = stripped + NO_REASONING;
            insideReasoning = false;
            afterReasoning = true;
        }
        OutputStart start = insideReasoning
                ? OutputStart.REASONING
                : afterReasoning ? OutputStart.CONTENT : traits.reasons() ? OutputStart.DETECT : OutputStart.PLAIN;
        if (continued != null) {
            String reasoning = afterReasoning || !traits.reasons() ? "" : continued.reasoningText();
            String content = continued.text();
            if (!reasoning.isEmpty() && !insideReasoning) {
                prompt += DeepSeekText.THINK + "\n";
                afterTag = "\n";
                insideReasoning = true;
            }
            prompt += reasoning;
            if (!content.isEmpty()) {
                boolean ownLine = afterTag.startsWith("\n");
                prompt +=
                        insideReasoning ? (ownLine ? "\n" : "") + DeepSeekText.END_THINK + (ownLine ? "\n\n" : "") : "";
                prompt += content;
                start = start == OutputStart.PLAIN ? start : OutputStart.CONTENT_CONTINUED;
            } else if (!reasoning.isEmpty()) {
                start = OutputStart.REASONING_CONTINUED;
            }
        }
        String bos = model.bosText();
        return new RenderedPrompt(prompt, bos != null && !bos.isEmpty() && prompt.startsWith(bos), start);
    }

    private static ChatException rejected(JinjaException e) {
        return switch (e.kind()) {
            case SYNTAX, UNSUPPORTED ->
                new ChatException(ChatException.TEMPLATE_UNUSABLE, null, e.text(), e.remedy(), e);
            case RAISED ->
                new ChatException(
                        ChatException.MESSAGES_REJECTED,
                        "messages",
                        Text.of(
                                "the model's chat template refuses these messages: %s",
                                "模型的聊天模板拒绝了这些消息：%s", e.detail()),
                        e.remedy(),
                        e);
            case FAILED, LIMIT ->
                new ChatException(ChatException.MESSAGES_REJECTED, "messages", e.text(), e.remedy(), e);
        };
    }
}
