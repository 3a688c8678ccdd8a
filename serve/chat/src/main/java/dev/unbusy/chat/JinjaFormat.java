package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import dev.unbusy.chat.MessageReader.Turns;
import dev.unbusy.jinja.JinjaException;
import dev.unbusy.jinja.Template;
import dev.unbusy.text.Text;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
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
    /** Stands for the last question where only what follows it counts. */
    private static final String QUESTION = "unbusy-probe-question";

    private final ModelTexts model;
    private final Template template;
    private final TemplateTraits traits;
    private final ToolConvention tools;
    private final @Nullable DeepSeekV3Turns toolTurns;

    private JinjaFormat(ModelTexts model, String source) {
        this.model = model;
        this.template = Template.parse(source);
        this.traits = TemplateTraits.find(source, this::probe);
        this.tools = ToolConvention.find(traits, this::probe);
        this.toolTurns = toolTurns();
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

    ToolConvention tools() {
        return tools;
    }

    @Override
    public ToolCallSyntax toolCalls() {
        ToolCallSyntax syntax = tools.syntax();
        if (syntax == null) {
            throw new ChatException(
                    ChatException.TOOLS_UNSUPPORTED,
                    "tools",
                    new Text(
                            "this model's chat template writes tool calls in a form that is not known here",
                            "该模型的聊天模板使用了尚不支持的工具调用格式"),
                    new Text(
                            "Leave tools out, or use a model of DeepSeek, Qwen, Hermes, Llama 3 or Mistral.",
                            "请去掉 tools，或改用 DeepSeek、Qwen、Hermes、Llama 3、Mistral 系列的模型。"),
                    null);
        }
        return syntax;
    }

    /** Null unless the template is one whose tool turns are mended, and nothing else about it is different. */
    private @Nullable DeepSeekV3Turns toolTurns() {
        if (tools.syntax() != ToolCallSyntax.DEEPSEEK_V3 || tools.who() == ToolConvention.Who.TEMPLATE) {
            return null;
        }
        List<Message> conversation = List.of(
                Message.made(Role.SYSTEM, "one"),
                Message.made(Role.USER, "two"),
                Message.made(Role.ASSISTANT, "three"),
                Message.made(Role.USER, QUESTION));
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put(
                "messages",
                conversation.stream().map(message -> forTemplate(message)).toList());
        String rendered = probe(variables);
        if (rendered == null || !rendered.contains(QUESTION)) {
            return null;
        }
        DeepSeekV3Turns turns = new DeepSeekV3Turns(model.bosText());
        return turns.render(conversation, opening(rendered)).equals(rendered) ? turns : null;
    }

    private static String opening(String rendered) {
        return rendered.substring(rendered.lastIndexOf(QUESTION) + QUESTION.length());
    }

    @Override
    public RenderedPrompt render(PromptInput input) {
        Turns turns = READER.read(input);
        boolean thinking = ReasoningEffort.thinks(input);
        Message continued = turns.continued();
        boolean opens = input.addGenerationPrompt() || continued != null;
        List<Message> messages = withTools(turns.messages(), input);
        if (toolTurns != null && usesTools(turns.messages(), input)) {
            Message question = Message.made(Role.USER, QUESTION);
            String opening = opens ? opening(render(List.of(question), input, thinking, true)) : "";
            return finish(toolTurns.render(messages, opening), thinking, continued);
        }
        return finish(render(messages, input, thinking, opens), thinking, continued);
    }

    private static boolean usesTools(List<Message> messages, PromptInput input) {
        return !input.tools().isEmpty()
                || messages.stream()
                        .anyMatch(message -> message.role() == Role.TOOL
                                || !message.toolCalls().isEmpty());
    }

    /** What the template does not do for tools is done here. */
    private List<Message> withTools(List<Message> messages, PromptInput input) {
        ToolCallSyntax syntax = tools.syntax();
        if (tools.who() == ToolConvention.Who.TEMPLATE || syntax == null || !usesTools(messages, input)) {
            return messages;
        }
        List<Message> turns = tools.who() == ToolConvention.Who.NOBODY ? PlainToolTurns.of(messages) : messages;
        return input.tools().isEmpty()
                ? turns
                : ToolSections.add(ToolSections.of(syntax, input), turns, traits.systemRole());
    }

    private String render(List<Message> messages, PromptInput input, boolean thinking, boolean opens) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put(
                "messages",
                messages.stream().map(message -> forTemplate(message)).toList());
        boolean shows =
                tools.who() == ToolConvention.Who.TEMPLATE && !input.tools().isEmpty();
        if (shows || !traits.undefinedTools()) {
            variables.put("tools", shows ? input.tools() : null);
        }
        addCommon(variables, opens);
        variables.put("enable_thinking", thinking);
        variables.put("thinking", thinking);
        if (input.reasoningEffort() != null && !input.reasoningEffort().equals("none")) {
            variables.put("reasoning_effort", input.reasoningEffort());
        }
        variables.putAll(input.variables());
        try {
            return template.render(variables, () -> input.today().atStartOfDay());
        } catch (JinjaException e) {
            throw rejected(e);
        }
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
        String content = message.content();
        if (content == null && traits.emptyContent()) {
            content = "";
        } else if (!message.toolCalls().isEmpty() && message.text().isEmpty() && !traits.emptyContent()) {
            content = null; // DeepSeek's templates take an empty text for a second answer
        }
        map.put("content", content != null && traits.typedContent() ? TemplateTraits.typed(content) : content);
        if (!message.toolCalls().isEmpty()) {
            map.put(
                    "tool_calls",
                    message.toolCalls().stream().map(call -> forTemplate(call)).toList());
        }
        if (tools.shortIds() && message.toolCallId() != null) {
            map.put("tool_call_id", ShortIds.of(message.toolCallId()));
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
        if (tools.shortIds() && call.id() != null) {
            result.put("id", ShortIds.of(call.id()));
        }
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
