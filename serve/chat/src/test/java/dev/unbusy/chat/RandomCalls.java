package dev.unbusy.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.chat.ParsedOutput.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Calls of tools made up at random, and how a model writes them in each convention. */
final class RandomCalls {
    static final String TOOLS = """
            [{"type": "function", "function": {"name": "look", "description": "looks", "parameters": {"type": "object",
               "properties": {"where": {"type": "string"}, "times": {"type": "integer"}, "size": {"type": "number"},
                 "loud": {"type": "boolean"}, "tags": {"type": "array"}, "more": {"type": "object"}}}}},
             {"type": "function", "function": {"name": "get_it-2", "parameters": {"type": "object", "properties": {}}}}]""";

    /** No closing tags, which would end a value in conventions without quotes, and no blanks at the ends, which SGLang strips. */
    private static final String[] WORDS = {
        "hello",
        "世界",
        "🙂",
        "a\"b\\c",
        "line\nbreak",
        "{x}",
        "<b>",
        "</div>",
        "[1]",
        "```",
        "\ttab",
        "\u2028",
        "'",
        "—",
        "1 < 2"
    };

    private RandomCalls() {}

    static String content(Random random) {
        return random.nextInt(3) == 0 ? "" : "Say " + text(random) + ".";
    }

    static List<Call> calls(Random random, int most) {
        List<Call> calls = new ArrayList<>();
        for (int n = 1 + random.nextInt(most); n > 0; n--) {
            calls.add(random.nextInt(4) == 0 ? new Call("get_it-2", "{}") : new Call("look", arguments(random)));
        }
        return calls;
    }

    private static String arguments(Random random) {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        if (random.nextInt(5) > 0) {
            arguments.put("where", text(random));
        }
        if (random.nextBoolean()) {
            arguments.put("times", random.nextInt());
        }
        if (random.nextBoolean()) {
            arguments.put("size", random.nextInt(1000) / 8.0);
        }
        if (random.nextBoolean()) {
            arguments.put("loud", random.nextBoolean());
        }
        if (random.nextBoolean()) {
            arguments.put("tags", List.of(text(random), 1, List.of(), Map.of("k", true)));
        }
        if (arguments.isEmpty() || random.nextBoolean()) {
            arguments.put("more", Map.of("a", Map.of("b", text(random)), "c", List.of(1.5)));
        }
        return PythonJson.write(arguments);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("x");
        for (int n = random.nextInt(4); n > 0; n--) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.append('.').toString();
    }

    /** As the model's template writes calls of the history. */
    static String write(ToolCallSyntax syntax, List<Call> calls) {
        List<String> written = calls.stream().map(call -> write(syntax, call)).toList();
        return switch (syntax) {
            case DEEPSEEK_V3 -> "<｜tool▁calls▁begin｜>" + String.join("\n", written) + "<｜tool▁calls▁end｜>";
            case DEEPSEEK_V31 -> "<｜tool▁calls▁begin｜>" + String.join("", written) + "<｜tool▁calls▁end｜>";
            case DSML_V32 -> dsml("function_calls", written);
            case DSML_V4 -> dsml("tool_calls", written);
            case DSML_V41 -> dsml(" calls", written);
            case HERMES, QWEN_TAGS -> "\n" + String.join("\n", written);
            case LLAMA3 -> String.join("; ", written);
            case MISTRAL_LIST -> "[TOOL_CALLS][" + String.join(", ", written) + "]";
            case MISTRAL, MISTRAL_ID -> String.join("", written);
        };
    }

    private static String dsml(String block, List<String> calls) {
        return "\n\n<｜DSML｜" + block + ">\n" + String.join("\n", calls) + "\n</｜DSML｜" + block + ">";
    }

    private static String write(ToolCallSyntax syntax, Call call) {
        String arguments = call.arguments();
        return switch (syntax) {
            case DEEPSEEK_V3 ->
                "<｜tool▁call▁begin｜>function<｜tool▁sep｜>" + call.name() + "\n```json\n" + arguments
                        + "\n```<｜tool▁call▁end｜>";
            case DEEPSEEK_V31 -> "<｜tool▁call▁begin｜>" + call.name() + "<｜tool▁sep｜>" + arguments + "<｜tool▁call▁end｜>";
            case DSML_V32, DSML_V4, DSML_V41 -> dsml(call, syntax == ToolCallSyntax.DSML_V41 ? " " : "");
            case HERMES ->
                "<tool_call>\n{\"name\": \"" + call.name() + "\", \"arguments\": " + arguments + "}\n</tool_call>";
            case QWEN_TAGS -> tags(call);
            case LLAMA3 -> "{\"name\": \"" + call.name() + "\", \"parameters\": " + arguments + "}";
            case MISTRAL_LIST -> "{\"name\": \"" + call.name() + "\", \"arguments\": " + arguments + "}";
            case MISTRAL -> "[TOOL_CALLS]" + call.name() + "[ARGS]" + arguments;
            case MISTRAL_ID -> "[TOOL_CALLS]" + call.name() + "[CALL_ID]abc012XYZ[ARGS]" + arguments;
        };
    }

    private static String dsml(Call call, String space) {
        StringBuilder text = new StringBuilder("<｜DSML｜" + space + "invoke name=\"" + call.name() + "\">\n");
        members(call)
                .forEach((name, value) -> text.append("<｜DSML｜" + space + "parameter name=\"" + name + "\" string=\"")
                        .append(value.isTextual())
                        .append("\">")
                        .append(value.isTextual() ? value.asText() : PythonJson.write(plain(value)))
                        .append("</｜DSML｜" + space + "parameter>\n"));
        return text + "</｜DSML｜" + space + "invoke>";
    }

    private static String tags(Call call) {
        StringBuilder text = new StringBuilder("<tool_call>\n<function=" + call.name() + ">\n");
        members(call)
                .forEach((name, value) -> text.append("<parameter=" + name + ">\n")
                        .append(value.isTextual() ? value.asText() : PythonJson.write(plain(value)))
                        .append("\n</parameter>\n"));
        return text + "</function>\n</tool_call>";
    }

    private static Map<String, JsonNode> members(Call call) {
        Map<String, JsonNode> members = new LinkedHashMap<>();
        try {
            TestSetup.JSON
                    .readTree(call.arguments())
                    .properties()
                    .forEach(entry -> members.put(entry.getKey(), entry.getValue()));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(call.arguments(), e);
        }
        return members;
    }

    private static @Nullable Object plain(JsonNode value) {
        return TestSetup.JSON.convertValue(value, Object.class);
    }
}
