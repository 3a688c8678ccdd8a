package dev.unbusy.chat;

import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls and results as plain text, for templates that know neither: a call is part of the assistant's text, a result comes
 * from the user. Results in a row, and the user's words behind them, are one message: many templates demand that user and
 * assistant take turns.
 */
final class PlainToolTurns {
    private PlainToolTurns() {}

    static List<Message> of(List<Message> messages) {
        List<Message> result = new ArrayList<>(messages.size());
        boolean afterResult = false;
        for (Message message : messages) {
            boolean isResult = message.role() == Role.TOOL;
            if (isResult) {
                String text = "<tool_response>\n" + message.text() + "\n</tool_response>";
                if (afterResult) {
                    append(result, "\n" + text);
                } else {
                    result.add(Message.made(Role.USER, text));
                }
            } else if (message.role() == Role.USER && afterResult) {
                append(result, "\n\n" + message.text());
            } else {
                result.add(message.toolCalls().isEmpty() ? message : withCallsAsText(message));
            }
            afterResult = isResult;
        }
        return result;
    }

    private static void append(List<Message> messages, String text) {
        Message last = messages.removeLast();
        messages.add(last.withContent(last.text() + text));
    }

    private static Message withCallsAsText(Message message) {
        StringBuilder text = new StringBuilder(message.text());
        for (ToolCall call : message.toolCalls()) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(TaggedCallParser.OPEN)
                    .append("\n{\"name\": ")
                    .append(PythonJson.write(call.name()))
                    .append(", \"arguments\": ")
                    .append(arguments(call))
                    .append("}\n")
                    .append(TaggedCallParser.CLOSE);
        }
        return message.withoutCalls().withContent(text.toString());
    }

    /** As the model wrote them; what is no JSON becomes a JSON string. */
    private static String arguments(ToolCall call) {
        if (call.arguments() instanceof String text) {
            return PythonJson.isValid(text) ? text : PythonJson.write(text);
        }
        return PythonJson.write(call.arguments());
    }
}
