package dev.unbusy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the model is to call tools, as {@code tool_choice} says. */
public sealed interface ToolChoice {
    /** Without a name. */
    enum Mode implements ToolChoice {
        /** It may not: the tools are not shown to it. */
        NONE,
        /** As it likes. */
        AUTO,
        /** It must call one at least. */
        REQUIRED
    }

    /** It must call this one. */
    record Function(String name) implements ToolChoice {}

    private static ApiException wrong(String found) {
        return ApiError.wrongType(
                        "tool_choice",
                        "none, auto, required or {\"type\":\"function\",\"function\":{\"name\":…}}",
                        found)
                .exception();
    }

    /** @param value as the request has it; null if it does not say: then auto if there are tools */
    static ToolChoice of(@Nullable Object value, List<ToolDefinition> tools) {
        ToolChoice choice = switch (value) {
            case null -> tools.isEmpty() ? Mode.NONE : Mode.AUTO;
            case String word ->
                switch (word) {
                    case "none" -> Mode.NONE;
                    case "auto" -> tools.isEmpty() ? Mode.NONE : Mode.AUTO;
                    case "required" -> Mode.REQUIRED;
                    default ->
                        throw ApiError.outOfRange(
                                        "tool_choice", word, "none, auto, required or an object that names a function")
                                .exception();
                };
            case java.util.Map<?, ?> map -> function(JsonFields.of("tool_choice", map), tools);
            default -> throw wrong(JsonFields.found(value));
        };
        if (tools.isEmpty() && choice != Mode.NONE) {
            throw ApiError.invalidValue("tool_choice", "demands a call, but there are no 'tools'; send them")
                    .exception();
        }
        return choice;
    }

    private static ToolChoice function(JsonFields choice, List<ToolDefinition> tools) {
        String type = choice.requiredString("type");
        if (!type.equals("function")) {
            throw ApiError.unsupported(
                            "tool_choice.type", "send function, none, auto or required, not " + ApiError.quote(type))
                    .exception();
        }
        choice.knownOnly("type", "function");
        String name = choice.requiredObject("function").knownOnly("name").requiredString("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw ApiError.outOfRange("tool_choice.function.name", name, "the name of one of the 'tools'")
                    .exception();
        }
        return new Function(name);
    }
}
