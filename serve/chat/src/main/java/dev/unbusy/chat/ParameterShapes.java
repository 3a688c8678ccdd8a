package dev.unbusy.chat;

import dev.unbusy.chat.TextShape.Choice;
import dev.unbusy.chat.TextShape.Json;
import dev.unbusy.chat.TextShape.Literal;
import dev.unbusy.chat.TextShape.Repeat;
import dev.unbusy.chat.TextShape.Sequence;
import dev.unbusy.chat.TextShape.Until;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that are written one by one, strings without quotes: those of the schema, in its order, the optional ones or
 * not. A function whose schema names none takes any. What a schema demands of a string beyond a list of values ({@code
 * pattern}, {@code minLength}) is not part of the shape.
 */
final class ParameterShapes {
    private ParameterShapes() {}

    /**
     * How one parameter is written: {@code before}, its name, one of the two middles, the value, {@code after}.
     *
     * @param text before a string
     * @param json before another value; the same text where the convention does not tell them apart
     */
    record Style(String before, String text, String json, String after) {
        private boolean tells() {
            return !text.equals(json);
        }

        /** A string: what ends it for readers is its tag, whether or not the line break before that is there. */
        private List<TextShape> free() {
            String tag = after.strip();
            return List.of(new Until(tag), new Literal(tag + after.substring(after.indexOf(tag) + tag.length())));
        }
    }

    static TextShape of(Tool tool, Style style) {
        if (!(tool.parameters().get("properties") instanceof Map<?, ?> properties) || properties.isEmpty()) {
            Object others = tool.parameters().get("additionalProperties");
            boolean takesNone = Boolean.FALSE.equals(others)
                    || (others == null && tool.parameters().get("properties") != null);
            return takesNone ? new Sequence(List.of()) : new Repeat(any(style), "", 0, Integer.MAX_VALUE);
        }
        List<?> required = tool.parameters().get("required") instanceof List<?> list ? list : List.of();
        List<TextShape> parts = new ArrayList<>();
        properties.forEach((key, schema) -> {
            TextShape parameter = parameter(tool, style, String.valueOf(key), schema);
            parts.add(required.contains(key) ? parameter : new Repeat(parameter, "", 0, 1));
        });
        return new Sequence(parts);
    }

    private static TextShape parameter(Tool tool, Style style, String name, @Nullable Object schema) {
        List<TextShape> parts = new ArrayList<>(List.of(new Literal(style.before + name + style.text)));
        parts.addAll(text(schema, style));
        TextShape text = new Sequence(parts);
        TextShape json = ToolCallForms.sequence(
                new Literal(style.before + name + style.json),
                new Json(withRoot(tool, name, schema)),
                new Literal(style.after));
        return switch (tool.type(name)) {
            case TEXT -> text;
            case JSON -> json;
            // Where strings and other values look the same, the reader takes what may be a string for one.
            case EITHER -> style.tells() ? new Choice(List.of(text, json)) : text;
        };
    }

    private static List<TextShape> text(@Nullable Object schema, Style style) {
        if (schema instanceof Map<?, ?> map) {
            if (map.get("const") instanceof String value) {
                return List.of(new Literal(value + style.after));
            }
            if (map.get("enum") instanceof List<?> values) {
                List<TextShape> literals = values.stream()
                        .filter(String.class::isInstance)
                        .<TextShape>map(value -> new Literal((String) value))
                        .toList();
                if (!literals.isEmpty()) {
                    return List.of(new Choice(literals), new Literal(style.after));
                }
            }
        }
        return style.free();
    }

    private static TextShape any(Style style) {
        TextShape begin = new Literal(style.before);
        List<TextShape> parts = new ArrayList<>(List.of(begin, new Until(style.text), new Literal(style.text)));
        parts.addAll(style.free());
        TextShape text = new Sequence(parts);
        TextShape json = ToolCallForms.sequence(
                begin, new Until(style.json), new Literal(style.json), new Json(true), new Literal(style.after));
        return style.tells() ? new Choice(List.of(text, json)) : text;
    }

    /** A member's schema as a document of its own, in which the references into the function's schema still resolve. */
    private static Object withRoot(Tool tool, String name, @Nullable Object schema) {
        if (schema == null) {
            return true;
        }
        if (!hasReference(schema)) {
            return schema;
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("$ref", "#/$defs/function/properties/" + JsonPointer.escape(name));
        document.put("$defs", Map.of("function", moved(tool.parameters())));
        return document;
    }

    private static boolean hasReference(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.get("$ref") instanceof String || map.values().stream().anyMatch(ParameterShapes::hasReference);
            case List<?> list -> list.stream().anyMatch(ParameterShapes::hasReference);
            case null, default -> false;
        };
    }

    private static Object moved(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((key, member) -> copy.put(
                        String.valueOf(key),
                        "$ref".equals(key) && member instanceof String reference && reference.startsWith("#")
                                ? "#/$defs/function" + reference.substring(1)
                                : member == null ? null : moved(member)));
                yield copy;
            }
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(item == null ? null : moved(item)));
                yield copy;
            }
            default -> value;
        };
    }
}
