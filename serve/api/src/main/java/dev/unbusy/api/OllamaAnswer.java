package dev.unbusy.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as Ollama does: one JSON object a line, the last one with {@code done} and the counts. A call of a tool is
 * told when it is complete, since its arguments are an object here.
 *
 * <p>Durations: the prompt's evaluation lasts until the first piece and holds the wait for a worker, the answer's from there
 * to the end. Of an answer in one piece only the total is known. Unknown ones are left out, as are counts.
 */
final class OllamaAnswer extends DialectStream {
    private static final String LINES = "application/x-ndjson";
    private static final byte[] LINE_END = {'\n'};

    private final boolean chat;
    private final boolean load;

    /**
     * @param chat {@code message} as of {@code /api/chat}; else {@code response}
     * @param load nothing was asked but that the model be loaded
     */
    OllamaAnswer(DialectHead head, boolean stream, boolean chat, boolean load) {
        super(head, stream, true);
        this.chat = chat;
        this.load = load;
    }

    static JsonBytes error(JsonBytes json, ApiError error) {
        return json.open('{').key("error").string(error.message()).close('}');
    }

    @Override
    public String contentType() {
        return stream ? LINES : "application/json";
    }

    /** A line without text: the official clients parse every line, so that a blank one would break them. */
    @Override
    void writeKeepAlive() {
        line("", "", null, null);
    }

    @Override
    void writeBegin() {}

    @Override
    public void begin(DialectPart part) {}

    @Override
    public void piece(DialectPart part, String text) {
        super.piece(part, text);
        switch (part.kind) {
            case REASONING -> line("", text, null, null);
            case TEXT -> line(text, "", null, null);
            case CALL -> {}
        }
    }

    @Override
    public void end(DialectPart part, boolean last) {
        if (part.kind == DialectPart.Kind.CALL) {
            line("", "", List.of(part), null);
        }
    }

    /** Where nothing was asked of a worker, this is the whole answer. */
    @Override
    void conclude() {
        if (!load) {
            super.conclude();
            return;
        }
        open("", "", List.of());
        out.key("done").bool(true).key("done_reason").string("load");
        out.key("total_duration").number(elapsedNanos).close('}').raw(LINE_END);
    }

    @Override
    void writeEnd(Ending ending) {
        line("", "", null, ending);
    }

    @Override
    void writeError(ApiError error) {
        error(out.noComma(), error).raw(LINE_END);
    }

    @Override
    void writeWhole(List<DialectPart> parts, Ending ending) {
        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        for (DialectPart part : parts) {
            switch (part.kind) {
                case REASONING -> thinking.append(part.text());
                case TEXT -> text.append(part.text());
                case CALL -> {}
            }
        }
        List<DialectPart> calls = parts.stream()
                .filter(part -> part.kind == DialectPart.Kind.CALL)
                .toList();
        line(text.toString(), thinking.toString(), calls, ending);
    }

    /** @param ending null where more follows */
    private void line(String text, String thinking, @Nullable List<DialectPart> calls, @Nullable Ending ending) {
        open(text, thinking, calls == null ? List.of() : calls);
        out.key("done").bool(ending != null);
        if (ending != null) {
            finish(ending);
        }
        out.close('}').raw(LINE_END);
    }

    private void open(String text, String thinking, List<DialectPart> calls) {
        out.noComma().open('{').key("model").string(head.model()).key("created_at");
        out.string(Instant.ofEpochMilli(head.createdMillis())
                .plusNanos(elapsedNanos)
                .toString());
        if (chat) {
            out.key("message")
                    .open('{')
                    .key("role")
                    .string("assistant")
                    .key("content")
                    .string(text);
        } else {
            out.key("response").string(text);
        }
        if (!thinking.isEmpty()) {
            out.key("thinking").string(thinking);
        }
        if (!calls.isEmpty()) {
            out.key("tool_calls").open('[');
            calls.forEach(this::call);
            out.close(']');
        }
        if (chat) {
            out.close('}');
        }
    }

    private void call(DialectPart part) {
        out.open('{')
                .key("id")
                .string(part.id)
                .key("function")
                .open('{')
                .key("index")
                .number(part.call);
        out.key("name")
                .string(part.name)
                .key("arguments")
                .value(part.arguments())
                .close('}')
                .close('}');
    }

    private void finish(Ending ending) {
        out.key("done_reason")
                .string(
                        switch (ending.finish()) {
                            case STOP, TOOL_CALLS -> "stop";
                            case LENGTH -> "length";
                            case CONTENT_FILTER -> "content_filter";
                            case INSUFFICIENT_SYSTEM_RESOURCE, ABORTED ->
                                throw new IllegalStateException(ending.finish().word()); // written as an error
                        });
        long first = ending.firstPieceNanos();
        out.key("total_duration").number(elapsedNanos);
        Usage usage = ending.usage();
        if (usage != null) {
            out.key("prompt_eval_count").number(usage.promptTokens());
        }
        if (first >= 0) {
            out.key("prompt_eval_duration").number(first);
        }
        if (usage != null) {
            out.key("eval_count").number(usage.completionTokens());
        }
        if (first >= 0) {
            out.key("eval_duration").number(elapsedNanos - first);
        }
    }
}
