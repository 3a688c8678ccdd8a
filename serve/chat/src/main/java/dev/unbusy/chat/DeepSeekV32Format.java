package dev.unbusy.chat;

import dev.unbusy.chat.DeepSeekText.Tags;
import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.MessageReader.Turns;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of DeepSeek V3.2, which has no template. Every user message opens the assistant's turn after itself; tool
 * results go into that turn, behind the calls, and open the reasoning anew. Reasoning before the last user message is
 * left out. Source: {@code encoding_dsv32.py}, which DeepSeek publishes with the model.
 *
 * <p>Two departures from it: a {@code developer} message, which there belongs to DeepSeek's own search agent, is a system
 * message as in OpenAI's API; and an assistant message without reasoning after the last user message gets an empty
 * reasoning instead of an error.
 */
final class DeepSeekV32Format implements ChatFormat {
    static final Tags TAGS = new Tags("function_calls", "invoke", "parameter");

    @Override
    public String name() {
        return "deepseek-v3.2";
    }

    @Override
    public ToolCallSyntax toolCalls() {
        return ToolCallSyntax.DSML_V32;
    }

    @Override
    public RenderedPrompt render(PromptInput input) {
        Turns turns = DeepSeekText.read(input);
        boolean thinking = ReasoningEffort.thinks(input);
        List<Message> messages = DeepSeekText.withSystemSections(turns.messages(), sections(input));
        boolean opens = input.addGenerationPrompt() || turns.continued() != null;
        int lastUser = lastUser(messages);
        StringBuilder out = new StringBuilder(DeepSeekText.BOS);
        int resultsLeft = 0;
        boolean open = false;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            boolean mayOpen = opens || i < messages.size() - 1;
            switch (message.role()) {
                case SYSTEM -> {
                    out.append(message.text());
                    open = false;
                }
                case USER -> {
                    out.append(DeepSeekText.USER).append(message.text());
                    if (mayOpen) {
                        out.append(DeepSeekText.opening(thinking && i == lastUser));
                    }
                    open = true;
                }
                case ASSISTANT -> {
                    if (thinking && i > lastUser) {
                        out.append(message.reasoningText()).append(DeepSeekText.END_THINK);
                    }
                    out.append(message.text());
                    resultsLeft = message.toolCalls().size();
                    if (resultsLeft > 0) {
                        out.append("\n\n").append(TAGS.toolCalls(message.toolCalls()));
                    }
                    out.append(DeepSeekText.EOS);
                    open = false;
                }
                case TOOL -> {
                    boolean first = messages.get(i - 1).role() != Role.TOOL;
                    out.append(first ? "\n\n<function_results>" : "");
                    out.append("\n<result>").append(message.text()).append("</result>");
                    if (--resultsLeft == 0) {
                        out.append("\n</function_results>");
                        if (mayOpen) {
                            boolean reasons = thinking && i >= lastUser;
                            out.append("\n\n").append(reasons ? DeepSeekText.THINK : DeepSeekText.END_THINK);
                        }
                        open = true;
                    }
                }
            }
        }
        if (opens && !open) {
            out.append(DeepSeekText.opening(thinking));
        }
        return DeepSeekText.prompt(out, input, turns.continued(), thinking);
    }

    private static int lastUser(List<Message> messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).role() == Role.USER) {
                return i;
            }
        }
        return -1;
    }

    private static List<String> sections(PromptInput input) {
        List<String> sections = new ArrayList<>();
        if (!input.tools().isEmpty()) {
            sections.add(toolPrompt(DeepSeekText.functionSchemas(input)));
        }
        @Nullable String responseFormat = DeepSeekText.responseFormat(input);
        if (responseFormat != null) {
            sections.add(responseFormat);
        }
        return sections;
    }

    private static String toolPrompt(List<String> schemas) {
        return """
                ## Tools
                You have access to a set of tools you can use to answer the user's question.
                You can invoke functions by writing a "<DSMLfunction_calls>" block like the following as part of your reply to the user:
                <DSMLfunction_calls>
                <DSMLinvoke name="$FUNCTION_NAME">
                <DSMLparameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</DSMLparameter>
                ...
                </DSMLinvoke>
                <DSMLinvoke name="$FUNCTION_NAME2">
                ...
                </DSMLinvoke>
                </DSMLfunction_calls>
                String and scalar parameters should be specified as is without any escaping or quotes, while lists and objects should use JSON format. The "string" attribute should be set to "true" for string type parameters and "false" for other types (numbers, booleans, arrays, objects).
                If the thinking_mode is enabled, then after function results you should strongly consider outputting a thinking block. Here is an example:
                <DSMLfunction_calls>
                ...
                </DSMLfunction_calls>
                <function_results>
                ...
                </function_results>
                <think>...thinking about results</think>
                Here are the functions available in JSONSchema format:
                <functions>
                """.replace("DSML", DeepSeekText.DSML) + String.join("\n", schemas) + "\n</functions>\n";
    }
}
