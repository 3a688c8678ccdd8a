package dev.unbusy.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;

/**
 * Random schemas of the kind that OpenAI's strict mode takes: every property required, no others, and {@code anyOf},
 * {@code $ref} (also to itself), {@code enum}, {@code const}, nullable types and nested lists. Every text and list is
 * bounded, so that even a poor model comes to an end.
 */
final class StrictSchemas {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String[] NAMES = {"name", "city", "count", "tags", "next", "größe", "名", "a b", "it's", "x\"y"
    };

    private final Random random;

    StrictSchemas(long seed) {
        random = new Random(seed);
    }

    ObjectNode next() {
        ObjectNode schema = object(0);
        ObjectNode definitions = schema.putObject("$defs");
        definitions.set("word", text());
        ObjectNode node = definitions.putObject("node").put("type", "object").put("additionalProperties", false);
        node.putArray("required").add("value").add("next");
        ObjectNode properties = node.putObject("properties");
        properties.putObject("value").put("$ref", "#/$defs/word");
        properties
                .putObject("next")
                .putArray("anyOf")
                .add(JSON.objectNode().put("$ref", "#/$defs/node"))
                .add(JSON.objectNode().put("type", "null"));
        return schema;
    }

    private ObjectNode object(int depth) {
        ObjectNode schema = JSON.objectNode().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            properties.set(NAMES[random.nextInt(NAMES.length)], value(depth + 1));
        }
        ArrayNode required = schema.putArray("required");
        properties.fieldNames().forEachRemaining(required::add);
        return schema;
    }

    private ObjectNode value(int depth) {
        return switch (random.nextInt(depth < 3 ? 11 : 8)) {
            case 0 -> text();
            case 1 ->
                JSON.objectNode().put("type", "integer").put("minimum", -3).put("maximum", 120);
            case 2 -> JSON.objectNode().put("type", "boolean");
            case 3 -> {
                ObjectNode choice = JSON.objectNode().put("type", "string");
                choice.putArray("enum").add("red").add("dark blue").add("绿").add("a\"b\\c");
                yield choice;
            }
            case 4 -> JSON.objectNode().put("const", random.nextInt(1000));
            case 5 -> {
                ObjectNode nullable = text();
                nullable.putArray("type").add("string").add("null");
                yield nullable;
            }
            case 6 -> JSON.objectNode().put("$ref", "#/$defs/word");
            case 7 -> JSON.objectNode().put("type", "number").put("minimum", 0).put("maximum", 9.75);
            case 8 -> {
                ObjectNode list = JSON.objectNode().put("type", "array").put("maxItems", 3);
                list.put("minItems", random.nextInt(2));
                list.set("items", value(depth + 1));
                yield list;
            }
            case 9 -> object(depth);
            default -> {
                ObjectNode choice = JSON.objectNode();
                choice.putArray("anyOf").add(value(depth + 1)).add(object(depth));
                yield choice;
            }
        };
    }

    private ObjectNode text() {
        ObjectNode text = JSON.objectNode().put("type", "string");
        return switch (random.nextInt(4)) {
            case 0 -> text.put("pattern", "^[a-z]{1,8}(-[0-9]{2})?$");
            case 1 -> text.put("format", "date");
            case 2 -> text.put("minLength", 1).put("maxLength", 12);
            default -> text.put("maxLength", 24);
        };
    }
}
