package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Conversations with tools for DeepSeek V3, R1 and their distills. Their published templates do not close a block with
 * one call, and from the second round of calls on leave out its opening: a model that reads that goes astray. This writes
 * what they mean. Used only where it gives the template's own text for a conversation without tools.
 */
final class DeepSeekV3Turns {
    private static final String OUTPUTS = "<｜tool▁outputs▁begin｜>";
    private static final String OUTPUTS_END = "<｜tool▁outputs▁end｜>";
    private static final String OUTPUT = "<｜tool▁output▁begin｜>";
    private static final String OUTPUT_END = "<｜tool▁output▁end｜>";

    private final String bos;

    DeepSeekV3Turns(@Nullable String bos) {
        this.bos = bos == null ? "" : bos;
    }

    /** @param opening what the template puts behind a question for the answer to begin; nothing follows tool results */
    String render(List<Message> messages, String opening) {
        StringBuilder out = new StringBuilder(bos);
        List<String> system = messages.stream()
                .filter(message -> message.role() == Role.SYSTEM)
                .map(Message::text)
                .toList();
        out.append(String.join("\n\n", system));
        Role before = Role.SYSTEM;
        for (Message message : messages) {
            if (before == Role.TOOL && message.role() != Role.TOOL) {
                out.append(OUTPUTS_END);
            }
            switch (message.role()) {
                case SYSTEM -> {}
                case USER -> out.append(DeepSeekText.USER).append(message.text());
                case ASSISTANT -> {
                    out.append(before == Role.TOOL ? "" : DeepSeekText.ASSISTANT);
                    String text = message.text();
                    int reasoningEnd = text.lastIndexOf(DeepSeekText.END_THINK);
                    out.append(
                            reasoningEnd < 0 ? text : text.substring(reasoningEnd + DeepSeekText.END_THINK.length()));
                    out.append(calls(message.toolCalls())).append(DeepSeekText.EOS);
                }
                case TOOL ->
                    out.append(before == Role.TOOL ? "\n" : OUTPUTS)
                            .append(OUTPUT)
                            .append(message.text())
                            .append(OUTPUT_END);
            }
            before = message.role();
        }
        return out.append(before == Role.TOOL ? OUTPUTS_END : opening).toString();
    }

    private static String calls(List<ToolCall> calls) {
        if (calls.isEmpty()) {
            return "";
        }
        List<String> written = new ArrayList<>();
        for (ToolCall call : calls) {
            String arguments = call.arguments() instanceof String text ? text : PythonJson.write(call.arguments());
            written.add(DeepSeekCallParser.CALL + "function" + DeepSeekCallParser.SEPARATOR + call.name()
                    + "\n```json\n" + arguments + "\n```" + DeepSeekCallParser.CALL_END);
        }
        return DeepSeekCallParser.CALLS + String.join("\n", written) + DeepSeekCallParser.CALLS_END;
    }
}
