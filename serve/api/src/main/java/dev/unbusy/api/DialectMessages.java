package dev.unbusy.api;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a chat being written for a worker. Keeps the order that OpenAI's API demands: results follow the message
 * with the calls, one for each, before anybody else speaks; what breaks it is refused in the dialect's own terms.
 */
final class DialectMessages {
    static final int MAX_MESSAGES = 16_384;

    /**
     * A call of a tool in the conversation.
     *
     * @param path of it in the client's request
     * @param arguments JSON text
     */
    record Call(String path, String id, String name, String arguments) {}

    private final JsonBytes json;
    private final String listPath;
    private final String resultName;
    private final Map<String, Call> open = new LinkedHashMap<>();
    private final Set<String> answered = new HashSet<>();
    private int count;

    /**
     * @param listPath of the conversation in the client's request
     * @param resultName what the dialect calls the result of a call
     */
    DialectMessages(JsonBytes json, String listPath, String resultName) {
        this.json = json;
        this.listPath = listPath;
        this.resultName = resultName;
        json.key("messages").open('[');
    }

    void text(String role, String text) {
        begin(role);
        json.key("content").string(text).close('}');
    }

    /**
     * @param content null where it only calls
     * @param begun the answer is to go on behind it
     */
    void assistant(@Nullable String reasoning, @Nullable String content, List<Call> calls, boolean begun) {
        begin("assistant");
        json.key("content").string(content == null && calls.isEmpty() ? "" : content);
        if (reasoning != null) {
            json.key("reasoning_content").string(reasoning);
        }
        if (!calls.isEmpty()) {
            json.key("tool_calls").open('[');
            calls.forEach(this::call);
            json.close(']');
        }
        if (begun) {
            json.key("prefix").bool(true);
        }
        json.close('}');
    }

    private void call(Call call) {
        if (open.put(call.id, call) != null) {
            throw ApiError.invalidValue(call.path, "has another call's id too; give each call its own")
                    .exception();
        }
        json.open('{')
                .key("id")
                .string(call.id)
                .key("type")
                .string("function")
                .key("function")
                .open('{');
        json.key("name")
                .string(call.name)
                .key("arguments")
                .string(call.arguments)
                .close('}')
                .close('}');
    }

    /** @param path of the result, or of the id in it */
    void result(String path, String id, String content) {
        if (open.remove(id) == null) {
            String problem = answered.contains(id)
                    ? "is answered already; send one result for each call"
                    : "is none of the calls right before it";
            throw ApiError.invalidValue(path, "names " + ApiError.quote(id) + ", which " + problem)
                    .exception();
        }
        answered.add(id);
        add();
        json.open('{').key("role").string("tool").key("tool_call_id").string(id);
        json.key("content").string(content).close('}');
    }

    /** The first call that lacks a result, of this function if one of them is. */
    @Nullable
    String openCall(@Nullable String functionName) {
        String first = null;
        for (Call call : open.values()) {
            if (call.name.equals(functionName)) {
                return call.id;
            }
            first = first == null ? call.id : first;
        }
        return first;
    }

    /** @throws ApiException where a call lacks its result */
    void requireResults() {
        for (Call call : open.values()) {
            throw ApiError.invalidValue(call.path, "lacks its result; send a " + resultName + " for it right behind")
                    .exception();
        }
    }

    /** Nothing may lack a result here, and something must have been said. */
    void end() {
        requireResults();
        if (count == 0) {
            throw ApiError.invalidValue(listPath, "has no message; send at least one")
                    .exception();
        }
        json.close(']');
    }

    private void begin(String role) {
        requireResults();
        answered.clear();
        add();
        json.open('{').key("role").string(role);
    }

    private void add() {
        if (++count > MAX_MESSAGES) {
            throw ApiError.invalidValue(listPath, "has more than " + MAX_MESSAGES + " entries")
                    .exception();
        }
    }
}
