package dev.unbusy.api;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a tool call in an answer, or all of it. In a stream the first piece has id and name, the others only more
 * arguments.
 *
 * @param index which call of the answer, from 0
 * @param id from {@link ResponseIds#toolCall}; null behind the first piece
 * @param name the function's; null behind the first piece
 * @param arguments a part of the arguments' JSON text, may be empty
 */
public record ToolCallDelta(
        int index, @Nullable String id, @Nullable String name, String arguments) {

    public static ToolCallDelta begin(int index, String id, String name) {
        return new ToolCallDelta(index, id, name, "");
    }

    public static ToolCallDelta arguments(int index, String arguments) {
        return new ToolCallDelta(index, null, null, arguments);
    }

    void write(JsonBytes json) {
        json.open('{').key("index").number(index);
        if (id != null) {
            json.key("id").string(id).key("type").string("function");
        }
        json.key("function").open('{');
        if (name != null) {
            json.key("name").string(name);
        }
        json.key("arguments").string(arguments).close('}').close('}');
    }
}
