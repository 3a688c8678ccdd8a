package dev.unbusy.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the {@code response} object of OpenAI's Responses API and the items of its output. For one answer. */
final class ResponsesObject {
    private static final byte[] COMMA = {','};

    private final DialectHead head;
    private final byte[] echo;
    private final Map<String, ResponsesTools.Member> members;

    /**
     * @param echo members that repeat the request, without a comma around them
     * @param members functions in namespaces by the model's names of them
     */
    ResponsesObject(DialectHead head, byte[] echo, Map<String, ResponsesTools.Member> members) {
        this.head = head;
        this.echo = echo;
        this.members = members;
    }

    /** Of a call: the function's, as the client knows it. */
    String name(DialectPart part) {
        ResponsesTools.Member member = members.get(part.name);
        return member == null ? part.name : member.name();
    }

    String itemId(DialectPart part) {
        String prefix = switch (part.kind) {
            case REASONING -> "rs_";
            case TEXT -> "msg_";
            case CALL -> "fc_";
        };
        return prefix + head.id() + "_" + part.index;
    }

    /**
     * @param cut the item that was cut off; null where none was
     * @param ending null while it is in progress
     */
    void write(
            JsonBytes json,
            String status,
            List<DialectPart> items,
            @Nullable DialectPart cut,
            DialectStream.@Nullable Ending ending) {
        open(json, status);
        json.key("error").nul().key("incomplete_details");
        String reason = ending == null ? null : ResponsesStream.incomplete(ending.finish());
        if (reason == null) {
            json.nul();
        } else {
            json.open('{').key("reason").string(reason).close('}');
        }
        output(json, items, cut);
        json.key("usage");
        usage(json, ending == null ? null : ending.usage());
        json.close('}');
    }

    void writeFailed(JsonBytes json, List<DialectPart> items, ApiError error) {
        open(json, "failed");
        json.key("error").open('{').key("code").string(code(error));
        json.key("message").string(error.message()).close('}');
        json.key("incomplete_details").nul();
        output(json, items, items.isEmpty() ? null : items.getLast());
        json.key("usage").nul().close('}');
    }

    /** The API has its own list of codes for failed responses. Codex knows a full context by its code. */
    private static String code(ApiError error) {
        if (ApiError.CONTEXT_EXCEEDED.equals(error.code())) {
            return ApiError.CONTEXT_EXCEEDED;
        }
        return switch (error.status()) {
            case 429 -> "rate_limit_exceeded";
            case 400, 413, 422 -> "invalid_prompt";
            default -> "server_error";
        };
    }

    private void open(JsonBytes json, String status) {
        json.open('{').key("id").string("resp_" + head.id()).key("object").string("response");
        json.key("created_at").number(head.createdMillis() / 1_000);
        json.key("status").string(status).key("model").string(head.model());
        json.raw(COMMA).raw(echo);
    }

    private void output(JsonBytes json, List<DialectPart> items, @Nullable DialectPart cut) {
        json.key("output").open('[');
        for (DialectPart part : items) {
            item(json, part, part == cut ? "incomplete" : "completed", true);
        }
        json.close(']');
    }

    /** @param whole with its content, else as it begins */
    void item(JsonBytes json, DialectPart part, String status, boolean whole) {
        json.open('{').key("id").string(itemId(part)).key("type");
        switch (part.kind) {
            case REASONING -> json.string("reasoning").key("summary").open('[').close(']');
            case TEXT -> json.string("message").key("role").string("assistant");
            case CALL -> {
                json.string("function_call")
                        .key("call_id")
                        .string(part.id)
                        .key("name")
                        .string(name(part));
                ResponsesTools.Member member = members.get(part.name);
                if (member != null) {
                    json.key("namespace").string(member.namespace());
                }
                json.key("arguments").string(whole ? part.text() : "");
            }
        }
        json.key("status").string(status);
        if (part.kind != DialectPart.Kind.CALL) {
            json.key("content").open('[');
            if (whole) {
                content(json, part, part.text());
            }
            json.close(']');
        }
        json.close('}');
    }

    static void content(JsonBytes json, DialectPart part, String text) {
        json.open('{').key("type");
        if (part.kind == DialectPart.Kind.REASONING) {
            json.string("reasoning_text").key("text").string(text);
        } else {
            json.string("output_text").key("text").string(text);
            json.key("annotations")
                    .open('[')
                    .close(']')
                    .key("logprobs")
                    .open('[')
                    .close(']');
        }
        json.close('}');
    }

    private static void usage(JsonBytes json, @Nullable Usage usage) {
        if (usage == null) {
            json.nul();
            return;
        }
        json.open('{').key("input_tokens").number(usage.promptTokens());
        json.key("input_tokens_details").open('{').key("cached_tokens").number(usage.cachedTokens());
        json.key("cache_write_tokens").number(0).close('}'); // a price of OpenAI's; writing is free here
        json.key("output_tokens").number(usage.completionTokens());
        json.key("output_tokens_details").open('{').key("reasoning_tokens").number(usage.reasoningTokens());
        json.close('}').key("total_tokens").number(usage.totalTokens()).close('}');
    }
}
