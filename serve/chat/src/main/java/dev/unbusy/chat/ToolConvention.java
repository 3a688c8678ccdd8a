package dev.unbusy.chat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How one template deals with tools. Nothing declares it; found out once per template by rendering a call and looking at
 * what stands around its name, since a template writes earlier calls as its model writes new ones.
 *
 * @param who who writes what
 * @param syntax how calls look; null if it is none that we read
 * @param shortIds ids of calls must have nine letters and digits, as in Mistral's older templates
 */
record ToolConvention(Who who, @Nullable ToolCallSyntax syntax, boolean shortIds) {

    enum Who {
        /** The template shows the tools to the model, and writes calls and results. */
        TEMPLATE,
        /** The template writes calls and results, but leaves it to the caller to show the tools. */
        TEMPLATE_BUT_DEFINITIONS,
        /** The template knows nothing of tools. */
        NOBODY
    }

    private static final String TOOL = "probe_tool";
    private static final String CALLED = "probe_called";
    private static final String ARGUMENT = "probe_value";
    private static final String SHORT_ID = "probe0001";
    private static final String LONG_ID = "call_0123456789abcdef01234567";
    private static final int AROUND = 120;

    /** Whether tools can be offered to the model. */
    boolean isKnown() {
        return syntax != null;
    }

    /** @param render renders the template with the variables {@code messages} and {@code tools}; null if it refuses */
    static ToolConvention find(
            TemplateTraits traits, Function<Map<String, @Nullable Object>, @Nullable String> render) {
        List<Map<String, @Nullable Object>> question = List.of(message("user", "hello", traits));
        boolean shows = contains(render.apply(variables(question, tools())), TOOL);
        String loop = loop(traits, render, SHORT_ID);
        boolean shortIds = loop != null && loop(traits, render, LONG_ID) == null;
        ToolCallSyntax syntax = loop == null || !loop.contains(CALLED) ? null : syntax(loop);
        if (shows) {
            return new ToolConvention(Who.TEMPLATE, syntax, shortIds);
        }
        if (syntax != null && ToolSections.knows(syntax)) {
            return new ToolConvention(Who.TEMPLATE_BUT_DEFINITIONS, syntax, shortIds);
        }
        // A template that writes calls in a form of its own is not to be talked into another one.
        boolean writesCalls = contains(loop, CALLED) || contains(loop, ARGUMENT);
        return writesCalls
                ? new ToolConvention(Who.TEMPLATE, null, shortIds)
                : new ToolConvention(Who.NOBODY, ToolCallSyntax.HERMES, false);
    }

    private static boolean contains(@Nullable String text, String word) {
        return text != null && text.contains(word);
    }

    /** By what stands around the name, white space aside. */
    private static @Nullable ToolCallSyntax syntax(String loop) {
        int at = loop.indexOf(CALLED);
        String before = loop.substring(Math.max(0, at - AROUND), at).replaceAll("\\s", "");
        int end = at + CALLED.length();
        String after =
                loop.substring(end, Math.min(loop.length(), end + AROUND)).replaceAll("\\s", "");
        if (before.endsWith(DeepSeekCallParser.CALL + "function" + DeepSeekCallParser.SEPARATOR)
                && after.startsWith("```json")) {
            return ToolCallSyntax.DEEPSEEK_V3;
        }
        if (before.endsWith(DeepSeekCallParser.CALL) && after.startsWith(DeepSeekCallParser.SEPARATOR)) {
            return ToolCallSyntax.DEEPSEEK_V31;
        }
        if (before.endsWith("<" + DeepSeekText.DSML + "invokename=\"")) {
            return before.contains(DeepSeekText.DSML + "function_calls")
                    ? ToolCallSyntax.DSML_V32
                    : before.contains(DeepSeekText.DSML + "calls") ? ToolCallSyntax.DSML_V41 : ToolCallSyntax.DSML_V4;
        }
        if (before.endsWith(TaggedCallParser.OPEN + TaggedParameters.FUNCTION)) {
            return ToolCallSyntax.QWEN_TAGS;
        }
        String named = "{\"name\":\"";
        if (before.endsWith(TaggedCallParser.OPEN + named) && after.startsWith("\",\"arguments\":")) {
            return ToolCallSyntax.HERMES;
        }
        if (before.endsWith(MistralCallParser.CALLS + "[" + named) && after.startsWith("\",\"arguments\":")) {
            return ToolCallSyntax.MISTRAL_LIST;
        }
        if (before.endsWith(MistralCallParser.CALLS)) {
            return after.startsWith(MistralCallParser.ARGUMENTS)
                    ? ToolCallSyntax.MISTRAL
                    : after.startsWith(MistralCallParser.CALL_ID) ? ToolCallSyntax.MISTRAL_ID : null;
        }
        // Llama 3 opens its turn with a header token and nothing else.
        boolean bare = before.endsWith("<|end_header_id|>" + named);
        return bare && after.startsWith("\",\"parameters\":") ? ToolCallSyntax.LLAMA3 : null;
    }

    private static @Nullable String loop(
            TemplateTraits traits, Function<Map<String, @Nullable Object>, @Nullable String> render, String id) {
        Map<String, @Nullable Object> arguments = Map.of("probe_key", ARGUMENT);
        Map<String, @Nullable Object> assistant = message("assistant", "", traits);
        if (!traits.emptyContent()) {
            assistant.put("content", null);
        }
        // In the order of requests: some templates write the whole function as JSON.
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", CALLED);
        function.put("arguments", traits.objectArguments() ? arguments : PythonJson.write(arguments));
        assistant.put("tool_calls", List.of(Map.of("id", id, "type", "function", "function", function)));
        Map<String, @Nullable Object> result = message("tool", "result", traits);
        result.put("tool_call_id", id);
        result.put("name", CALLED);
        List<Map<String, @Nullable Object>> messages = List.of(message("user", "hello", traits), assistant, result);
        String withTools = render.apply(variables(messages, tools()));
        return withTools != null ? withTools : render.apply(variables(messages, null));
    }

    private static Map<String, @Nullable Object> message(String role, String text, TemplateTraits traits) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", traits.typedContent() ? TemplateTraits.typed(text) : text);
        return message;
    }

    private static Map<String, @Nullable Object> variables(
            List<Map<String, @Nullable Object>> messages, @Nullable Object tools) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("messages", messages);
        if (tools != null) {
            variables.put("tools", tools);
        }
        return variables;
    }

    private static List<Map<String, @Nullable Object>> tools() {
        Map<String, @Nullable Object> schema = Map.of(
                "type", "object", "properties", Map.of("probe_key", Map.of("type", "string", "description", "probe")));
        return List.of(Map.of(
                "type", "function", "function", Map.of("name", TOOL, "description", "probe", "parameters", schema)));
    }
}
