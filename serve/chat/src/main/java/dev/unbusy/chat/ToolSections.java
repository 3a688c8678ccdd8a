package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the model is told about tools where its template does not tell it. */
final class ToolSections {
    private ToolSections() {}

    static boolean knows(ToolCallSyntax syntax) {
        return switch (syntax) {
            case DEEPSEEK_V3, DEEPSEEK_V31, HERMES -> true;
            default -> false;
        };
    }

    static String of(ToolCallSyntax syntax, PromptInput input) {
        return switch (syntax) {
            case DEEPSEEK_V3 -> v3(DeepSeekText.functionSchemas(input));
            case DEEPSEEK_V31 -> v31(DeepSeekText.functions(input));
            case HERMES -> hermes(input.tools().stream().map(PythonJson::write).toList());
            default -> throw new IllegalArgumentException("no words for " + syntax);
        };
    }

    /**
     * The messages with a section at the end of the first system message, which is made if there is none. A template that
     * knows no system role gets it at the beginning of the first user message.
     */
    static List<Message> add(String section, List<Message> messages, boolean systemRole) {
        List<Message> result = new ArrayList<>(messages);
        if (!systemRole) {
            for (int i = 0; i < result.size(); i++) {
                if (result.get(i).role() == Role.USER) {
                    result.set(
                            i,
                            result.get(i)
                                    .withContent(
                                            section + "\n\n" + result.get(i).text()));
                    return result;
                }
            }
            result.addFirst(Message.made(Role.USER, section));
        } else if (!result.isEmpty() && result.getFirst().role() == Role.SYSTEM) {
            String text = result.getFirst().text();
            result.set(0, result.getFirst().withContent(text.isEmpty() ? section : text + "\n\n" + section));
        } else {
            result.addFirst(Message.made(Role.SYSTEM, section));
        }
        return result;
    }

    /** As DeepSeek's model card of V3.1 gives it. */
    private static String v31(List<Map<?, ?>> functions) {
        StringBuilder text = new StringBuilder("## Tools\nYou have access to the following tools:\n");
        for (Map<?, ?> function : functions) {
            Object description = function.get("description");
            Object parameters = function.get("parameters");
            text.append("\n### ")
                    .append(function.get("name"))
                    .append("\nDescription: ")
                    .append(description == null ? "" : description)
                    .append("\n\nParameters: ")
                    .append(PythonJson.write(parameters == null ? Map.of() : parameters))
                    .append('\n');
        }
        return text
                + """

                IMPORTANT: ALWAYS adhere to this exact format for tool use:
                {calls}{call}tool_call_name{separator}tool_call_arguments{/call}{{additional_tool_calls}}{/calls}

                Where:

                - `tool_call_name` must be an exact match to one of the available tools
                - `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema
                - For multiple tool calls, chain them directly without separators or spaces
                """.replace("{calls}", DeepSeekCallParser.CALLS)
                        .replace("{/calls}", DeepSeekCallParser.CALLS_END)
                        .replace("{call}", DeepSeekCallParser.CALL)
                        .replace("{/call}", DeepSeekCallParser.CALL_END)
                        .replace("{separator}", DeepSeekCallParser.SEPARATOR);
    }

    /** DeepSeek gives no words for V3 and R1; the form is that of their templates. */
    private static String v3(List<String> functions) {
        return """
                ## Tools

                You can call the functions below where they help. To call one, answer with a block of exactly this form, the arguments being one JSON object that follows the function's parameters:

                {calls}{call}function{separator}FUNCTION_NAME
                ```json
                {"PARAMETER_NAME": "value"}
                ```{/call}{/calls}

                Several calls go into one block, each on a new line. Write nothing after the block; the results come back to you.

                The functions:

                """.replace("{calls}", DeepSeekCallParser.CALLS)
                        .replace("{/calls}", DeepSeekCallParser.CALLS_END)
                        .replace("{call}", DeepSeekCallParser.CALL)
                        .replace("{/call}", DeepSeekCallParser.CALL_END)
                        .replace("{separator}", DeepSeekCallParser.SEPARATOR)
                + String.join("\n", functions);
    }

    /** The convention that most models without one of their own have seen. */
    private static String hermes(List<String> tools) {
        return """
                # Tools

                You can call the functions below where they help. Each line between the tags describes one:

                <tools>
                """ + String.join("\n", tools) + """

                </tools>

                To call a function, answer with its name and arguments as a JSON object between tags. Several calls follow each other, with nothing after the last one:

                <tool_call>
                {"name": "FUNCTION_NAME", "arguments": {"PARAMETER_NAME": "value"}}
                </tool_call>

                The results come back to you between <tool_response> tags.""";
    }
}
