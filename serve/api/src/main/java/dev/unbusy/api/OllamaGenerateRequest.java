package dev.unbusy.api;

/**
 * Reads {@code POST /api/generate} of Ollama: one prompt as a chat, or as it is ({@code raw}), or with the text behind the
 * gap ({@code suffix}). Without a prompt it only has the model loaded.
 */
final class OllamaGenerateRequest {
    private OllamaGenerateRequest() {}

    static DialectRequest of(JsonFields fields) {
        String model = DialectFields.model(fields);
        boolean stream = OllamaOptions.stream(fields);
        DialectFields.refuse(fields, "images", "the model reads text; leave them out");
        DialectFields.refuse(fields, "template", "the model's own is used; send 'raw' to have none");
        DialectFields.refuse(fields, "context", "it is not told in answers; send the conversation to /api/chat");
        String prompt = text(fields, "prompt");
        String suffix = text(fields, "suffix");
        String system = text(fields, "system");
        boolean completion = fields.flag("raw") || !suffix.isEmpty();
        JsonBytes json = new JsonBytes(1024);
        DialectFields.stream(json, stream);
        DialectRequest.Route route;
        if (prompt.isEmpty() && suffix.isEmpty()) {
            route = DialectRequest.Route.NONE;
        } else if (completion) {
            route = DialectRequest.Route.COMPLETIONS;
            completion(json, fields, prompt, suffix);
        } else {
            route = DialectRequest.Route.CHAT;
            DialectMessages messages = new DialectMessages(json, "prompt", "");
            if (!system.isEmpty()) {
                messages.text("system", system);
            }
            messages.text("user", prompt);
            messages.end();
            OllamaOptions.form(json, fields);
        }
        OllamaOptions.sampling(json, fields);
        boolean load = route == DialectRequest.Route.NONE;
        byte[] members = json.close('}').toBytes();
        return new DialectRequest(model, stream, route, members, head -> new OllamaAnswer(head, stream, false, load));
    }

    private static void completion(JsonBytes json, JsonFields fields, String prompt, String suffix) {
        String why = "a prompt that is sent as it is, or with a 'suffix', has no place for it";
        DialectFields.refuse(fields, "system", why);
        DialectFields.refuse(fields, "format", why);
        json.key("prompt").string(prompt);
        if (!suffix.isEmpty()) {
            json.key("suffix").string(suffix);
        }
    }

    private static String text(JsonFields fields, String name) {
        String text = fields.optionalString(name);
        return text == null ? "" : text;
    }
}
