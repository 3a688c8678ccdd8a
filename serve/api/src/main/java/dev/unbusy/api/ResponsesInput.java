package dev.unbusy.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code instructions} and {@code input} of a {@code /v1/responses} request as OpenAI's chat messages. What an
 * assistant's turn is in chat are several items here: thinking, text and calls that follow each other become one message.
 * For one request.
 */
final class ResponsesInput {
    private final DialectMessages messages;

    /** The assistant's message being collected. */
    private final List<String> thoughts = new ArrayList<>();

    private final List<String> texts = new ArrayList<>();
    private final List<DialectMessages.Call> calls = new ArrayList<>();

    ResponsesInput(JsonBytes json) {
        messages = new DialectMessages(json, "input", "function_call_output item");
    }

    void write(JsonFields fields) {
        String instructions = fields.optionalString("instructions");
        if (instructions != null && !instructions.isEmpty()) {
            messages.text("system", instructions);
        }
        Object input = fields.required("input");
        if (input instanceof String text) {
            messages.text("user", text);
        } else {
            List<?> items = DialectFields.list(fields, "input");
            for (int i = 0; i < items.size(); i++) {
                item(JsonFields.of("input[" + i + "]", items.get(i)), "input[" + i + "]");
            }
        }
        flush();
        messages.end();
    }

    private void item(JsonFields item, String path) {
        String type = item.optionalString("type");
        switch (type == null ? "message" : type) {
            case "message" -> message(item);
            case "reasoning" -> {
                nextTurn();
                String thought = thought(item);
                if (thought != null) {
                    thoughts.add(thought);
                }
            }
            case "function_call" ->
                calls.add(new DialectMessages.Call(
                        path,
                        DialectFields.nonEmpty(item, "call_id"),
                        ResponsesTools.flat(item.optionalString("namespace"), DialectFields.nonEmpty(item, "name")),
                        item.requiredString("arguments")));
            case "function_call_output" -> {
                flush();
                String output = texts(item.path("output"), item.required("output"));
                messages.result(item.path("call_id"), item.requiredString("call_id"), output);
            }
            case "item_reference" ->
                throw ApiError.unsupported(item.path("type"), "nothing is stored here; send the item itself")
                        .exception();
            default ->
                throw ApiError.unsupported(
                                item.path("type"),
                                ApiError.quote(String.valueOf(type))
                                        + " items are unknown here; send message, reasoning, function_call and"
                                        + " function_call_output")
                        .exception();
        }
    }

    private void message(JsonFields item) {
        String role = item.requiredString("role");
        String text = texts(item.path("content"), item.required("content"));
        switch (role) {
            case "assistant" -> {
                nextTurn();
                texts.add(text);
            }
            case "user", "system", "developer" -> {
                flush();
                messages.text(role.equals("user") ? role : "system", text);
            }
            default ->
                throw ApiError.outOfRange(item.path("role"), role, "user, assistant, system or developer")
                        .exception();
        }
    }

    /** A turn whose text has been said is over where thinking or text follows; with calls it is not, before their results. */
    private void nextTurn() {
        if (!texts.isEmpty() && calls.isEmpty()) {
            flush();
        }
    }

    private void flush() {
        if (!texts.isEmpty() || !calls.isEmpty()) {
            messages.assistant(
                    thoughts.isEmpty() ? null : String.join("\n", thoughts),
                    texts.isEmpty() ? null : String.join("\n", texts),
                    calls,
                    false);
        }
        thoughts.clear(); // thinking that led to nothing belongs to no message
        texts.clear();
        calls.clear();
    }

    /** The thinking itself, else its summary; null where there is only its encrypted form, which is not ours. */
    private static @Nullable String thought(JsonFields item) {
        List<String> found = new ArrayList<>();
        for (String member : List.of("content", "summary")) {
            List<?> parts = DialectFields.list(item, member);
            for (int i = 0; i < parts.size(); i++) {
                JsonFields part = JsonFields.of(item.path(member) + "[" + i + "]", parts.get(i));
                found.add(part.requiredString("text"));
            }
            if (!found.isEmpty()) {
                return String.join("\n", found);
            }
        }
        return null;
    }

    private static String texts(String path, Object content) {
        if (content instanceof String text) {
            return text;
        }
        if (!(content instanceof List<?> parts)) {
            throw ApiError.wrongType(path, "a string or a list of parts", JsonFields.found(content))
                    .exception();
        }
        List<String> texts = new ArrayList<>(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            JsonFields part = JsonFields.of(path + "[" + i + "]", parts.get(i));
            String type = part.requiredString("type");
            texts.add(
                    switch (type) {
                        case "input_text", "output_text", "text" -> part.requiredString("text");
                        case "refusal" -> part.requiredString("refusal");
                        default ->
                            throw ApiError.unsupported(
                                            part.path("type"),
                                            "the model reads text, not " + ApiError.quote(type)
                                                    + "; send parts of type input_text")
                                    .exception();
                    });
        }
        return String.join("\n", texts);
    }
}
