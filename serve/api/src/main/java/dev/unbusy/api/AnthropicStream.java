package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as Anthropic's Messages API does. Workers count tokens at the end: {@code message_start}, which must have
 * numbers, says 0, and {@code message_delta} the true ones; clients take the later ones. {@code input_tokens} are those
 * that the cache did not hold, as Anthropic counts them.
 *
 * <p>Thinking has a signature, since clients do not send thinking back that has none; it means nothing here.
 */
final class AnthropicStream extends DialectStream {
    private static final Event START = Event.of("message_start");
    private static final Event BLOCK_START = Event.of("content_block_start");
    private static final Event BLOCK_DELTA = Event.of("content_block_delta");
    private static final Event BLOCK_STOP = Event.of("content_block_stop");
    private static final Event DELTA = Event.of("message_delta");
    private static final Event STOP = Event.of("message_stop");
    private static final byte[] PING = Sse.ascii("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    private static final byte[] ERROR = Sse.ascii("event: error\ndata: ");
    private static final Usage NOT_YET_KNOWN = new Usage(0, 0, 0, 0);

    AnthropicStream(DialectHead head, boolean stream) {
        super(head, stream, false);
    }

    @Override
    public String contentType() {
        return stream ? Sse.CONTENT_TYPE : "application/json";
    }

    @Override
    void writeKeepAlive() {
        out.raw(PING);
    }

    @Override
    void writeBegin() {
        event(START).key("message").open('{');
        messageHead().key("content").open('[').close(']');
        messageEnd(null, null, NOT_YET_KNOWN);
        endEvent();
    }

    @Override
    public void begin(DialectPart part) {
        event(BLOCK_START).key("index").number(part.index).key("content_block").open('{');
        switch (part.kind) {
            case REASONING ->
                out.key("type")
                        .string("thinking")
                        .key("thinking")
                        .string("")
                        .key("signature")
                        .string("");
            case TEXT -> out.key("type").string("text").key("text").string("");
            case CALL -> {
                callHead(part);
                out.key("input").open('{').close('}');
            }
        }
        out.close('}');
        endEvent();
    }

    @Override
    public void piece(DialectPart part, String text) {
        super.piece(part, text);
        switch (part.kind) {
            case REASONING -> delta(part, "thinking_delta", "thinking", text);
            case TEXT -> delta(part, "text_delta", "text", text);
            case CALL -> delta(part, "input_json_delta", "partial_json", text);
        }
    }

    @Override
    public void end(DialectPart part, boolean last) {
        if (part.kind == DialectPart.Kind.REASONING) {
            delta(part, "signature_delta", "signature", signature());
        }
        event(BLOCK_STOP).key("index").number(part.index);
        endEvent();
    }

    private void delta(DialectPart part, String type, String key, String text) {
        event(BLOCK_DELTA).key("index").number(part.index).key("delta").open('{');
        out.key("type").string(type).key(key).string(text).close('}');
        endEvent();
    }

    @Override
    void writeEnd(Ending ending) {
        event(DELTA).key("delta").open('{');
        out.key("stop_reason").string(reason(ending));
        out.key("stop_sequence").string(stopSequence(ending)).close('}').key("usage");
        usage(ending.usage() == null ? NOT_YET_KNOWN : ending.usage());
        endEvent();
        event(STOP);
        endEvent();
    }

    @Override
    void writeError(ApiError error) {
        AnthropicErrors.write(out.raw(ERROR).noComma(), error).raw(Sse.END);
    }

    @Override
    void writeWhole(List<DialectPart> parts, Ending ending) {
        out.open('{');
        messageHead().key("content").open('[');
        for (DialectPart part : parts) {
            out.open('{');
            switch (part.kind) {
                case REASONING -> {
                    out.key("type").string("thinking").key("thinking").string(part.text());
                    out.key("signature").string(signature());
                }
                case TEXT -> out.key("type").string("text").key("text").string(part.text());
                case CALL -> {
                    callHead(part);
                    out.key("input").value(part.arguments());
                }
            }
            out.close('}');
        }
        out.close(']');
        messageEnd(reason(ending), stopSequence(ending), ending.usage() == null ? NOT_YET_KNOWN : ending.usage());
    }

    private JsonBytes messageHead() {
        out.key("id").string("msg_" + head.id()).key("type").string("message");
        return out.key("role").string("assistant").key("model").string(head.model());
    }

    /** Closes the message. */
    private void messageEnd(@Nullable String reason, @Nullable String sequence, Usage usage) {
        out.key("stop_reason")
                .string(reason)
                .key("stop_sequence")
                .string(sequence)
                .key("usage");
        usage(usage);
        out.close('}');
    }

    private void callHead(DialectPart part) {
        out.key("type").string("tool_use").key("id").string(part.id).key("name").string(part.name);
    }

    private void usage(Usage usage) {
        out.open('{').key("input_tokens").number(usage.missedTokens());
        out.key("cache_creation_input_tokens").number(0);
        out.key("cache_read_input_tokens").number(usage.cachedTokens());
        out.key("output_tokens").number(usage.completionTokens()).close('}');
    }

    private String signature() {
        return "unbusy_" + head.id();
    }

    private static @Nullable String stopSequence(Ending ending) {
        return reason(ending).equals("stop_sequence") ? ending.stopText() : null;
    }

    private static String reason(Ending ending) {
        return switch (ending.finish()) {
            case LENGTH -> "max_tokens";
            case CONTENT_FILTER -> "refusal";
            case TOOL_CALLS -> "tool_use";
            case STOP -> ending.calls() ? "tool_use" : ending.stopText() != null ? "stop_sequence" : "end_turn";
            case INSUFFICIENT_SYSTEM_RESOURCE, ABORTED ->
                throw new IllegalStateException(ending.finish().word()); // written as an error
        };
    }
}
