package dev.unbusy.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as OpenAI's Responses API does. Every event has the next {@code sequence_number}; the last one has the
 * whole response, so that all text is kept until then. Thinking is told as it is, in {@code reasoning_text}.
 */
final class ResponsesStream extends DialectStream {
    private static final Event CREATED = Event.of("response.created");
    private static final Event IN_PROGRESS = Event.of("response.in_progress");
    private static final Event COMPLETED = Event.of("response.completed");
    private static final Event INCOMPLETE = Event.of("response.incomplete");
    private static final Event FAILED = Event.of("response.failed");
    private static final Event ITEM_ADDED = Event.of("response.output_item.added");
    private static final Event ITEM_DONE = Event.of("response.output_item.done");
    private static final Event PART_ADDED = Event.of("response.content_part.added");
    private static final Event PART_DONE = Event.of("response.content_part.done");
    private static final Event TEXT_DELTA = Event.of("response.output_text.delta");
    private static final Event TEXT_DONE = Event.of("response.output_text.done");
    private static final Event REASONING_DELTA = Event.of("response.reasoning_text.delta");
    private static final Event REASONING_DONE = Event.of("response.reasoning_text.done");
    private static final Event ARGUMENTS_DELTA = Event.of("response.function_call_arguments.delta");
    private static final Event ARGUMENTS_DONE = Event.of("response.function_call_arguments.done");

    private final ResponsesObject response;
    private final List<DialectPart> items = new ArrayList<>();
    private long sequence;
    private @Nullable DialectPart lastItem;

    ResponsesStream(DialectHead head, boolean stream, ResponsesObject response) {
        super(head, stream, true);
        this.response = response;
    }

    @Override
    public String contentType() {
        return stream ? Sse.CONTENT_TYPE : "application/json";
    }

    /**
     * An event as OpenAI's own service sends it: Codex gives up after five minutes without one, and comments are none. It may
     * not come first, so that the wait begins with the response.
     */
    @Override
    void writeKeepAlive() {
        if (!start()) { // an event that all clients know: a type of its own makes some of them fail
            status(IN_PROGRESS);
        }
    }

    private void status(Event event) {
        numbered(event).key("response");
        response.write(out, "in_progress", List.of(), null, null);
        endEvent();
    }

    private JsonBytes numbered(Event event) {
        return event(event).key("sequence_number").number(sequence++);
    }

    @Override
    void writeBegin() {
        for (Event event : List.of(CREATED, IN_PROGRESS)) {
            status(event);
        }
    }

    @Override
    public void begin(DialectPart part) {
        items.add(part);
        item(ITEM_ADDED, part, "in_progress", false);
        if (part.kind != DialectPart.Kind.CALL) {
            contentPart(PART_ADDED, part, "");
        }
    }

    @Override
    public void piece(DialectPart part, String text) {
        super.piece(part, text);
        switch (part.kind) {
            case REASONING -> place(REASONING_DELTA, part).key("delta").string(text);
            case TEXT ->
                place(TEXT_DELTA, part)
                        .key("delta")
                        .string(text)
                        .key("logprobs")
                        .open('[')
                        .close(']');
            case CALL -> place(ARGUMENTS_DELTA, part).key("delta").string(text);
        }
        endEvent();
    }

    @Override
    public void end(DialectPart part, boolean last) {
        boolean cut = last && cutOff();
        if (part.lacksArguments() && !cut) {
            part.add(DialectPart.NO_ARGUMENTS, true);
            piece(part, DialectPart.NO_ARGUMENTS);
        }
        String text = part.text();
        switch (part.kind) {
            case REASONING -> place(REASONING_DONE, part).key("text").string(text);
            case TEXT ->
                place(TEXT_DONE, part)
                        .key("text")
                        .string(text)
                        .key("logprobs")
                        .open('[')
                        .close(']');
            case CALL ->
                place(ARGUMENTS_DONE, part)
                        .key("name")
                        .string(response.name(part))
                        .key("arguments")
                        .string(text);
        }
        endEvent();
        if (part.kind != DialectPart.Kind.CALL) {
            contentPart(PART_DONE, part, text);
        }
        if (cut) {
            lastItem = part;
        }
        item(ITEM_DONE, part, cut ? "incomplete" : "completed", true);
    }

    /** Where an event belongs: item, its place in the output, and the only place in its content. */
    private JsonBytes place(Event event, DialectPart part) {
        numbered(event).key("item_id").string(response.itemId(part));
        out.key("output_index").number(part.index);
        return part.kind == DialectPart.Kind.CALL
                ? out
                : out.key("content_index").number(0);
    }

    private void item(Event event, DialectPart part, String status, boolean whole) {
        numbered(event).key("output_index").number(part.index).key("item");
        response.item(out, part, status, whole);
        endEvent();
    }

    private void contentPart(Event event, DialectPart part, String text) {
        place(event, part).key("part");
        ResponsesObject.content(out, part, text);
        endEvent();
    }

    @Override
    void writeEnd(Ending ending) {
        boolean complete = incomplete(ending.finish()) == null;
        numbered(complete ? COMPLETED : INCOMPLETE).key("response");
        response.write(out, complete ? "completed" : "incomplete", items, lastItem, ending);
        endEvent();
    }

    @Override
    void writeError(ApiError error) {
        start();
        numbered(FAILED).key("response");
        response.writeFailed(out, items, error);
        endEvent();
    }

    @Override
    void writeWhole(List<DialectPart> parts, Ending ending) {
        boolean complete = incomplete(ending.finish()) == null;
        DialectPart cut = complete || parts.isEmpty() ? null : parts.getLast();
        for (DialectPart part : parts) {
            if (part.lacksArguments() && part != cut) {
                part.add(DialectPart.NO_ARGUMENTS, true);
            }
        }
        response.write(out, complete ? "completed" : "incomplete", parts, cut, ending);
    }

    /** Why a response is not complete; null where it is. */
    static @Nullable String incomplete(FinishReason finish) {
        return switch (finish) {
            case LENGTH -> "max_output_tokens";
            case CONTENT_FILTER -> "content_filter";
            case STOP, TOOL_CALLS -> null;
            case INSUFFICIENT_SYSTEM_RESOURCE, ABORTED ->
                throw new IllegalStateException(finish.word()); // written as an error
        };
    }
}
