package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import dev.unbusy.chat.MessageReader.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What DeepSeek's encodings share: the special tokens, the markup of tool calls, and how a prompt ends. Sources: the
 * reference encoders that DeepSeek publishes with V3.2 and V4, and its converter deepseek-recipe 0.2.0 for V4.1.
 */
final class DeepSeekText {
    static final String BOS = "<｜begin▁of▁sentence｜>";
    static final String EOS = "<｜end▁of▁sentence｜>";
    static final String SYSTEM = "<｜System｜>";
    static final String USER = "<｜User｜>";
    static final String ASSISTANT = "<｜Assistant｜>";
    static final String THINK = "<think>";
    static final String END_THINK = "</think>";
    static final String DSML = "｜DSML｜";

    private static final MessageReader READER = new MessageReader("\n\n");

    private DeepSeekText() {}

    /** The names of the tags around tool calls, which differ from release to release. */
    record Tags(String calls, String invoke, String parameter) {
        String open(String tag) {
            return "<" + DSML + tag;
        }

        String close(String tag) {
            return "</" + DSML + tag + ">";
        }

        /** The block that calls tools, as the model writes it after its content. */
        String toolCalls(List<ToolCall> toolCalls) {
            List<String> invocations = new ArrayList<>();
            for (ToolCall call : toolCalls) {
                List<String> parameters = new ArrayList<>();
                for (Map.Entry<?, ?> argument : arguments(call).entrySet()) {
                    boolean isString = argument.getValue() instanceof String;
                    String value = isString ? (String) argument.getValue() : PythonJson.write(argument.getValue());
                    parameters.add(open(parameter) + " name=\"" + argument.getKey() + "\" string=\"" + isString + "\">"
                            + value + close(parameter));
                }
                invocations.add(open(invoke) + " name=\"" + call.name() + "\">\n" + String.join("\n", parameters) + "\n"
                        + close(invoke));
            }
            return open(calls) + ">\n" + String.join("\n", invocations) + "\n" + close(calls);
        }

        /** Arguments that are no JSON object become one string parameter called {@code arguments}. */
        private static Map<?, ?> arguments(ToolCall call) {
            if (call.arguments() instanceof Map<?, ?> map) {
                return map;
            }
            Map<String, @Nullable Object> parsed = PythonJson.parseObject((String) call.arguments());
            return parsed == null ? Map.of("arguments", call.arguments()) : parsed;
        }

        /** V4's and V4.1's instructions for calling tools. */
        String toolPrompt(List<String> schemas) {
            return """
                    ## Tools

                    You have access to a set of tools to help answer the user's question. You can invoke tools by writing a "{calls}>" block like the following:

                    {calls}>
                    {invoke} name="$TOOL_NAME">
                    {parameter} name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE{/parameter}
                    ...
                    {/invoke}
                    {invoke} name="$TOOL_NAME2">
                    ...
                    {/invoke}
                    {/calls}

                    String parameters should be specified as is and set `string="true"`. For all other types (numbers, booleans, arrays, objects), pass the value in JSON format and set `string="false"`.

                    If thinking_mode is enabled (triggered by <think>), you MUST output your complete reasoning inside <think>...</think> BEFORE any tool calls or final response.

                    Otherwise, output directly after </think> with tool calls or final response.

                    ### Available Tool Schemas

                    """.replace("{calls}", open(calls))
                            .replace("{/calls}", close(calls))
                            .replace("{invoke}", open(invoke))
                            .replace("{/invoke}", close(invoke))
                            .replace("{parameter}", open(parameter))
                            .replace("{/parameter}", close(parameter))
                    + String.join("\n", schemas)
                    + "\n\nYou MUST strictly follow the above defined tool name and parameter schemas to invoke tool calls.\n";
        }
    }

    /** Reads and checks a conversation: on top of the form of each message, tool results must answer tool calls. */
    static Turns read(PromptInput input) {
        Turns turns = READER.read(input);
        int wanted = 0;
        for (Message message : turns.messages()) {
            if (message.role() == Role.TOOL) {
                if (wanted == 0) {
                    throw ChatException.invalid(
                            "messages[" + message.index() + "]",
                            "has role tool, but no tool call before it lacks a result",
                            "的角色为 tool，但此前没有等待结果的工具调用");
                }
                wanted--;
                continue;
            }
            requireAnswered(wanted, message.index());
            wanted = message.toolCalls().size();
        }
        if (input.addGenerationPrompt() || turns.continued() != null) {
            requireAnswered(wanted, input.messages().size());
        }
        return turns;
    }

    private static void requireAnswered(int missing, int index) {
        if (missing > 0) {
            throw ChatException.invalid(
                    "messages",
                    "lacks " + missing + " tool results before messages[" + index + "]",
                    "在 messages[" + index + "] 之前缺少 " + missing + " 条工具结果");
        }
    }

    /** The {@code function} objects of the request's tools. */
    static List<Map<?, ?>> functions(PromptInput input) {
        List<Map<?, ?>> functions = new ArrayList<>();
        for (int i = 0; i < input.tools().size(); i++) {
            if (!(input.tools().get(i).get("function") instanceof Map<?, ?> function)) {
                throw ChatException.invalid(
                        "tools[" + i + "].function",
                        "is missing; tools of type function are known",
                        "缺失，目前只支持 function 类型的工具");
            }
            functions.add(function);
        }
        return functions;
    }

    static List<String> functionSchemas(PromptInput input) {
        return functions(input).stream().map(PythonJson::write).toList();
    }

    /** What the prompt says about the form of the answer, or null if the request leaves it open. */
    static @Nullable String responseFormat(PromptInput input) {
        Map<String, @Nullable Object> format = input.responseFormat();
        Object schema = format == null ? null : format;
        if (format != null && "text".equals(format.get("type"))) {
            return null;
        }
        if (format != null && format.get("json_schema") instanceof Map<?, ?> named && named.get("schema") != null) {
            schema = named.get("schema");
        }
        return schema == null
                ? null
                : "## Response Format:\n\nYou MUST strictly adhere to the following schema to reply:\n"
                        + PythonJson.write(schema);
    }

    /** The messages with further sections at the end of the first system message, which is made if there is none. */
    static List<Message> withSystemSections(List<Message> messages, List<String> sections) {
        if (sections.isEmpty()) {
            return messages;
        }
        List<Message> result = new ArrayList<>(messages);
        if (result.isEmpty() || result.getFirst().role() != Role.SYSTEM) {
            result.addFirst(Message.system(""));
        }
        String text = result.getFirst().text() + "\n\n" + String.join("\n\n", sections);
        result.set(0, Message.system(text));
        return result;
    }

    static String opening(boolean reasons) {
        return ASSISTANT + (reasons ? THINK : END_THINK);
    }

    /** The beginning of the assistant's message that the model is to go on with, after {@link #opening}. */
    static String continuation(Message continued, boolean thinking) {
        if (!thinking) {
            return continued.text();
        }
        String text = continued.text();
        return continued.reasoningText() + (text.isEmpty() ? "" : END_THINK + text);
    }

    static RenderedPrompt prompt(StringBuilder text, PromptInput input, @Nullable Message continued, boolean thinking) {
        OutputStart start;
        if (continued != null) {
            text.append(continuation(continued, thinking));
        }
        if (continued != null && !continued.text().isEmpty()) {
            start = OutputStart.CONTENT_CONTINUED;
        } else if (!thinking) {
            start = OutputStart.CONTENT;
        } else if (continued != null && !continued.reasoningText().isEmpty()) {
            start = OutputStart.REASONING_CONTINUED;
        } else {
            start = OutputStart.REASONING;
        }
        boolean open = continued != null || input.addGenerationPrompt();
        return new RenderedPrompt(text.toString(), true, open ? start : OutputStart.DETECT);
    }
}
