package dev.unbusy.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one template expects of the messages, where templates differ and nothing declares it. Found out once per template
 * by rendering small conversations and looking for their words in what comes out.
 *
 * @param typedContent content must be a list of parts; a string is not rendered
 * @param objectArguments arguments of tool calls must be an object; else they must be the JSON text
 * @param emptyContent an assistant message without content must have an empty one, null is not understood
 * @param developerRole the template knows the role {@code developer}; else it is called {@code system}
 * @param reasons the template knows reasoning tags, so the model may write them
 */
record TemplateTraits(
        boolean typedContent,
        boolean objectArguments,
        boolean emptyContent,
        boolean developerRole,
        boolean reasons) {

    private static final String WORD = "unbusy-probe-word";
    private static final Map<String, @Nullable Object> ARGUMENTS = Map.of("probe_key", "probe_value");
    private static final String ARGUMENTS_TEXT = "{\"probe_key\": \"probe_value\"}";

    /** Renders messages with or without a tool; null if the template refuses or fails. */
    @FunctionalInterface
    interface Probe {
        @Nullable String render(List<Map<String, @Nullable Object>> messages, List<Map<String, @Nullable Object>> tools);
    }

    static TemplateTraits find(String source, Probe probe) {
        boolean typedContent = !contains(probe.render(List.of(user(WORD)), List.of()), WORD)
                && contains(probe.render(List.of(user(typed(WORD))), List.of()), WORD);
        String withObject = tool(probe, typedContent, ARGUMENTS, "");
        String withText = tool(probe, typedContent, ARGUMENTS_TEXT, "");
        // Written as Python writes a dict, an object was not meant to be one.
        boolean objectArguments =
                contains(withObject, "probe_value") && !contains(withObject, "{'probe_key'");
        boolean textArguments = contains(withText, ARGUMENTS_TEXT);
        boolean objects = objectArguments || !textArguments;
        String withEmpty = objects ? withObject : withText;
        String withNull = tool(probe, typedContent, objects ? ARGUMENTS : ARGUMENTS_TEXT, null);
        boolean emptyContent = withEmpty != null
                && (withNull == null || (withNull.contains("None") && !withEmpty.contains("None")));
        return new TemplateTraits(
                typedContent,
                objects,
                emptyContent,
                source.contains("developer"),
                source.contains("think>"));
    }

    static List<Map<String, @Nullable Object>> typed(String text) {
        return List.of(Map.of("type", "text", "text", text));
    }

    private static boolean contains(@Nullable String text, String word) {
        return text != null && text.contains(word);
    }

    private static Map<String, @Nullable Object> user(Object content) {
        return Map.of("role", "user", "content", content);
    }

    private static @Nullable String tool(
            Probe probe, boolean typedContent, Object arguments, @Nullable String content) {
        // Nine letters and digits, as Mistral's templates want an id to be.
        String id = "probe0001";
        Map<String, @Nullable Object> call = Map.of(
                "id", id, "type", "function", "function", Map.of("name", "probe_tool", "arguments", arguments));
        Map<String, @Nullable Object> assistant = new LinkedHashMap<>();
        assistant.put("role", "assistant");
        assistant.put("content", content == null || !typedContent ? content : typed(content));
        assistant.put("tool_calls", List.of(call));
        Object question = typedContent ? typed(WORD) : WORD;
        Object result = typedContent ? typed("result") : "result";
        Map<String, @Nullable Object> tool = Map.of(
                "type",
                "function",
                "function",
                Map.of(
                        "name",
                        "probe_tool",
                        "description",
                        "probe",
                        "parameters",
                        Map.of("type", "object", "properties", Map.of("probe_key", Map.of("type", "string")))));
        return probe.render(
                List.of(
                        user(question),
                        assistant,
                        Map.of("role", "tool", "tool_call_id", id, "name", "probe_tool", "content", result)),
                List.of(tool));
    }
}
