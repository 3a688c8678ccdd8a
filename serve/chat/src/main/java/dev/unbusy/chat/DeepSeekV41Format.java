package dev.unbusy.chat;

import dev.unbusy.chat.DeepSeekText.Tags;
import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.MessageReader.Turns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The encoding of DeepSeek V4.1, which has no template. Against V4: system messages have a token of their own and may
 * come anywhere, the effort is a number, every assistant message carries its own opening, and the names of the tags
 * around tool calls begin with a space. Source: DeepSeek's converter deepseek-recipe 0.2.0. Images are not offered.
 */
final class DeepSeekV41Format implements ChatFormat {
    static final Tags TAGS = new Tags(" calls", " invoke", " parameter");

    @Override
    public String name() {
        return "deepseek-v4.1";
    }

    @Override
    public ToolCallSyntax toolCalls() {
        return ToolCallSyntax.DSML_V41;
    }

    @Override
    public RenderedPrompt render(PromptInput input) {
        Turns turns = DeepSeekText.read(input);
        boolean thinking = ReasoningEffort.thinks(input);
        boolean keepsReasoning = !input.tools().isEmpty();
        List<Message> given = turns.messages().stream()
                .filter(message ->
                        message.role() != Role.SYSTEM || !message.text().isEmpty())
                .toList();
        List<Message> messages = sortedResults(DeepSeekText.withSystemSections(given, sections(input)));

        StringBuilder out = new StringBuilder(DeepSeekText.BOS);
        boolean startsWithSystem = !messages.isEmpty() && messages.getFirst().role() == Role.SYSTEM;
        if (thinking || startsWithSystem) {
            out.append(DeepSeekText.SYSTEM);
        }
        ReasoningEffort effort = ReasoningEffort.of(input.reasoningEffort());
        if (thinking) {
            out.append("Reasoning Effort: ")
                    .append(score(effort))
                    .append(" (range 1-100, the higher the value, the more thorough the reasoning)\n\n");
        }
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            boolean inUserTurn = i > 0 && messages.get(i - 1).fromUserOrTool();
            switch (message.role()) {
                case SYSTEM -> out.append(i > 0 ? DeepSeekText.SYSTEM : "").append(message.text());
                case USER -> out.append(inUserTurn ? "\n\n" : DeepSeekText.USER).append(message.text());
                case TOOL ->
                    out.append(inUserTurn ? "\n\n" : DeepSeekText.USER)
                            .append("<tool_result>")
                            .append(message.text())
                            .append("</tool_result>");
                case ASSISTANT -> assistant(message, thinking && keepsReasoning && i > 0, out);
            }
        }
        if (input.addGenerationPrompt() || turns.continued() != null) {
            out.append(DeepSeekText.opening(thinking));
        }
        return DeepSeekText.prompt(out, input, turns.continued(), thinking);
    }

    private static void assistant(Message message, boolean withReasoning, StringBuilder out) {
        out.append(DeepSeekText.opening(withReasoning));
        if (withReasoning) {
            out.append(message.reasoningText()).append(DeepSeekText.END_THINK);
        }
        out.append(message.text());
        if (!message.toolCalls().isEmpty()) {
            out.append("\n\n").append(TAGS.toolCalls(message.toolCalls()));
        }
        out.append(DeepSeekText.EOS);
    }

    private static int score(ReasoningEffort effort) {
        return switch (effort) {
            case LOW -> 50;
            case HIGH -> 75;
            case MAX -> 100;
        };
    }

    private static List<String> sections(PromptInput input) {
        List<String> sections = new ArrayList<>();
        if (!input.tools().isEmpty()) {
            List<String> schemas = DeepSeekText.functions(input).stream()
                    .map(function -> PythonJson.write(definition(function)))
                    .toList();
            sections.add(TAGS.toolPrompt(schemas));
        }
        String responseFormat = DeepSeekText.responseFormat(input);
        if (responseFormat != null) {
            sections.add(responseFormat);
        }
        return sections;
    }

    /** The three members of a function that the model is shown, in this order. */
    private static Map<String, Object> definition(Map<?, ?> function) {
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("name", function.get("name") instanceof String name ? name : "");
        definition.put("description", function.get("description") instanceof String text ? text : "");
        Object parameters = function.get("parameters");
        definition.put("parameters", parameters == null ? Map.of() : parameters);
        return definition;
    }

    /** The tool results of each run of user messages and results in the order of the calls. */
    private static List<Message> sortedResults(List<Message> messages) {
        List<Message> result = new ArrayList<>(messages);
        Map<String, Integer> callOrder = Map.of();
        int i = 0;
        while (i < result.size()) {
            if (!result.get(i).toolCalls().isEmpty()) {
                callOrder = DeepSeekV4Format.callOrder(result.get(i).toolCalls());
            }
            int end = i;
            while (end < result.size() && result.get(end).fromUserOrTool()) {
                end++;
            }
            DeepSeekV4Format.sortResults(result.subList(i, end), callOrder);
            i = Math.max(end, i + 1);
        }
        return result;
    }
}
