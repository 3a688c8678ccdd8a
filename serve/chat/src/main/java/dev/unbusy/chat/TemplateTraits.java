package dev.unbusy.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one template expects of its variables, where templates differ and nothing declares it. Found out once per template
 * by rendering small conversations and looking for their words in what comes out.
 *
 * @param undefinedTools without tools, the variable must not be defined; else it is null, as Hugging Face passes it
 * @param typedContent content must be a list of parts; a string is not rendered
 * @param objectArguments arguments of tool calls must be an object; else they must be the JSON text
 * @param emptyContent an assistant message without content must have an empty one, null is not understood
 * @param developerRole the template knows the role {@code developer}; else it is called {@code system}
 * @param systemRole the template knows the role {@code system}
 * @param reasons the template knows reasoning tags, so the model may write them
 */
record TemplateTraits(
        boolean undefinedTools,
        boolean typedContent,
        boolean objectArguments,
        boolean emptyContent,
        boolean developerRole,
        boolean systemRole,
        boolean reasons) {

    private static final String WORD = "unbusy-probe-word";
    private static final Map<String, @Nullable Object> ARGUMENTS = Map.of("probe_key", "probe_value");
    private static final String ARGUMENTS_TEXT = "{\"probe_key\": \"probe_value\"}";

    /**
     * @param render renders the template with the variables {@code messages} and {@code tools}; null if it refuses or fails
     */
    static TemplateTraits find(String source, Function<Map<String, @Nullable Object>, @Nullable String> render) {
        boolean undefinedTools = question(render, WORD, false) == null && contains(question(render, WORD, true), WORD);
        boolean typedContent = !contains(question(render, WORD, undefinedTools), WORD)
                && contains(question(render, typed(WORD), undefinedTools), WORD);
        String withObject = toolCall(render, typedContent, ARGUMENTS, "");
        String withText = toolCall(render, typedContent, ARGUMENTS_TEXT, "");
        boolean objectArguments;
        if (rendersObject(withObject) || contains(withText, ARGUMENTS_TEXT)) {
            objectArguments = rendersObject(withObject);
        } else {
            // DeepSeek's older templates write calls only where the content is null.
            objectArguments = rendersObject(toolCall(render, typedContent, ARGUMENTS, null))
                    || !contains(toolCall(render, typedContent, ARGUMENTS_TEXT, null), ARGUMENTS_TEXT);
        }
        String withEmpty = objectArguments ? withObject : withText;
        String withNull = toolCall(render, typedContent, objectArguments ? ARGUMENTS : ARGUMENTS_TEXT, null);
        boolean emptyContent =
                withEmpty != null && (withNull == null || (withNull.contains("None") && !withEmpty.contains("None")));
        return new TemplateTraits(
                undefinedTools,
                typedContent,
                objectArguments,
                emptyContent,
                source.contains("developer"),
                contains(system(render, typedContent, undefinedTools), WORD),
                source.contains("think>"));
    }

    /** Written as Python writes a dict, an object was not meant to be one. */
    private static boolean rendersObject(@Nullable String text) {
        return contains(text, "probe_value") && !contains(text, "{'probe_key'");
    }

    static List<Map<String, @Nullable Object>> typed(String text) {
        return List.of(Map.of("type", "text", "text", text));
    }

    private static boolean contains(@Nullable String text, String word) {
        return text != null && text.contains(word);
    }

    private static @Nullable String question(
            Function<Map<String, @Nullable Object>, @Nullable String> render, Object content, boolean undefinedTools) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("messages", List.of(Map.of("role", "user", "content", content)));
        if (!undefinedTools) {
            variables.put("tools", null);
        }
        return render.apply(variables);
    }

    private static @Nullable String system(
            Function<Map<String, @Nullable Object>, @Nullable String> render,
            boolean typedContent,
            boolean undefinedTools) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put(
                "messages",
                List.of(
                        Map.of("role", "system", "content", content(WORD, typedContent)),
                        Map.of("role", "user", "content", content("hello", typedContent))));
        if (!undefinedTools) {
            variables.put("tools", null);
        }
        return render.apply(variables);
    }

    private static @Nullable String toolCall(
            Function<Map<String, @Nullable Object>, @Nullable String> render,
            boolean typedContent,
            Object arguments,
            @Nullable String content) {
        // Nine letters and digits, as Mistral's templates want an id to be.
        String id = "probe0001";
        Map<String, @Nullable Object> assistant = new LinkedHashMap<>();
        assistant.put("role", "assistant");
        assistant.put("content", content == null ? null : content(content, typedContent));
        assistant.put(
                "tool_calls",
                List.of(Map.of(
                        "id",
                        id,
                        "type",
                        "function",
                        "function",
                        Map.of("name", "probe_tool", "arguments", arguments))));
        List<Map<String, @Nullable Object>> messages = new ArrayList<>();
        messages.add(Map.of("role", "user", "content", content(WORD, typedContent)));
        messages.add(assistant);
        messages.add(Map.of(
                "role", "tool", "tool_call_id", id, "name", "probe_tool", "content", content("result", typedContent)));
        Map<String, @Nullable Object> schema =
                Map.of("type", "object", "properties", Map.of("probe_key", Map.of("type", "string")));
        Map<String, @Nullable Object> function =
                Map.of("name", "probe_tool", "description", "probe", "parameters", schema);
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages);
        variables.put("tools", List.of(Map.of("type", "function", "function", function)));
        return render.apply(variables);
    }

    private static Object content(String text, boolean typedContent) {
        return typedContent ? typed(text) : text;
    }
}
