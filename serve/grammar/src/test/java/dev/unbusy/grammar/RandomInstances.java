package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Values made from a schema without the grammar, good guesses that the validator then confirms. They keep to what a
 * generation keeps to: declared order, no property that the schema does not speak of, integers without a point.
 */
final class RandomInstances {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final JsonNode root;
    private final Random random;
    /** Whether each option that was chosen holds; another may hold by chance, through properties it does not name. */
    private boolean meant;

    RandomInstances(JsonNode root, Random random) {
        this.root = root;
        this.random = random;
    }

    /** A valid value, or none if the guesses failed. */
    List<JsonNode> next(JsonSchema validator) {
        for (int i = 0; i < 8; i++) {
            meant = true;
            JsonNode guess = value(root, 6);
            if (meant && validator.validate(guess).isEmpty()) {
                return List.of(guess);
            }
        }
        return List.of();
    }

    private JsonNode value(JsonNode schema, int depth) {
        if (schema.has("$ref")) {
            return value(root.at(schema.get("$ref").asText().substring(1)), depth);
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                JsonNode options = schema.get(keyword);
                JsonNode option = options.get(depth <= 0 ? options.size() - 1 : random.nextInt(options.size()));
                JsonNode value = value(option, depth - 1);
                ObjectNode alone = option.deepCopy();
                if (root.has("$defs")) {
                    alone.set("$defs", root.get("$defs"));
                }
                meant &= DifferentialTest.validator(alone).validate(value).isEmpty();
                return value;
            }
        }
        if (schema.has("allOf")) {
            ObjectNode merged = JSON.objectNode();
            for (JsonNode part : schema.get("allOf")) {
                merged.setAll((ObjectNode) value(part, depth - 1));
            }
            return merged;
        }
        JsonNode type = schema.path("type");
        String name = type.isArray() ? type.get(random.nextInt(type.size())).asText() : type.asText("any");
        return switch (name) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "string" -> JSON.textNode(string(schema));
            case "integer" -> number(schema, true);
            case "number" -> number(schema, false);
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "null" -> JSON.nullNode();
            default -> any(depth);
        };
    }

    private JsonNode any(int depth) {
        return switch (random.nextInt(depth <= 0 ? 4 : 6)) {
            case 0 -> JSON.numberNode(random.nextInt(100));
            case 1 -> JSON.textNode(text(random.nextInt(5)));
            case 2 -> JSON.booleanNode(true);
            case 3 -> JSON.nullNode();
            case 4 -> JSON.arrayNode().add(any(depth - 3)).add(any(depth - 3));
            default -> JSON.objectNode().set("k", any(depth - 3));
        };
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = JSON.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        int most = schema.path("maxProperties").asInt(100);
        int due = required.size();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            boolean must = required.contains(property.getKey());
            due -= must ? 1 : 0;
            if (must || (random.nextBoolean() && object.size() + due < most && depth > 0)) {
                object.set(property.getKey(), value(property.getValue(), depth - 1));
            }
        }
        JsonNode additional = schema.get("additionalProperties");
        boolean open = additional != null && (additional.isObject() || additional.booleanValue());
        if (open && random.nextBoolean() && object.size() < most) {
            object.set("zz" + random.nextInt(3), additional.isObject() ? value(additional, depth - 1) : any(depth));
        }
        if (schema.has("patternProperties") && random.nextBoolean() && object.size() < most) {
            object.set("p_x", value(schema.get("patternProperties").get("^p_"), depth - 1));
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, int depth) {
        ArrayNode array = JSON.arrayNode();
        int min = schema.path("minItems").asInt(0);
        int max = schema.path("maxItems").asInt(min + 3);
        int size = min + (depth <= 0 ? 0 : random.nextInt(max - min + 1));
        JsonNode prefix = schema.path("prefixItems");
        for (int i = 0; i < size; i++) {
            JsonNode item = i < prefix.size() ? prefix.get(i) : schema.path("items");
            array.add(item.isMissingNode() ? any(depth - 1) : value(item, depth - 1));
        }
        return array;
    }

    private String string(JsonNode schema) {
        if (schema.has("pattern") || schema.has("format")) {
            String[] guesses = {
                "abc",
                "foobar",
                "555-1234",
                "",
                "axc",
                "ab",
                "一丁",
                "Foo Bar",
                "\"q\\",
                "é😀",
                "xyzx",
                "2024-02-29",
                "23:59:60Z",
                "2026-11-24T10:00:00.5+02:00",
                "P1Y2M3DT4H5M6S",
                "P2W",
                "a.b@example.com",
                "example.com",
                "192.168.0.1",
                "::1",
                "fe80::1:2",
                "1:2:3:4:5:6:7:8",
                "::ffff:10.0.0.1",
                "123e4567-e89b-12d3-a456-426614174000",
                "https://example.com/a?b=c#d"
            };
            return guesses[random.nextInt(guesses.length)];
        }
        int min = schema.path("minLength").asInt(0);
        int max = schema.path("maxLength").asInt(min + 12);
        return text(min + random.nextInt(max - min + 1));
    }

    private String text(int length) {
        StringBuilder text = new StringBuilder();
        String letters = "ab \"\\/\n\t\u0001\u007f é中\u2028\ud83d\ude00{}[],:";
        int[] all = letters.codePoints().toArray();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(all[random.nextInt(all.length)]);
        }
        return text.toString();
    }

    private JsonNode number(JsonNode schema, boolean whole) {
        BigDecimal low = bound(schema, "minimum", "exclusiveMinimum", null);
        BigDecimal high = bound(schema, "maximum", "exclusiveMaximum", null);
        if (low == null) {
            low = high == null ? BigDecimal.valueOf(-100) : high.subtract(BigDecimal.valueOf(100));
        }
        if (high == null) {
            high = low.add(BigDecimal.valueOf(200));
        }
        BigDecimal share = BigDecimal.valueOf(random.nextInt(101), 2);
        BigDecimal value = low.add(high.subtract(low).multiply(share));
        if (schema.has("multipleOf")) {
            BigDecimal step = schema.get("multipleOf").decimalValue();
            value = value.divideToIntegralValue(step).multiply(step);
        }
        if (whole) {
            value = value.setScale(0, java.math.RoundingMode.FLOOR);
        }
        value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        return JSON.numberNode(value.scale() < 0 ? value.setScale(0) : value);
    }

    private static @org.jspecify.annotations.Nullable BigDecimal bound(
            JsonNode schema, String one, String other, @org.jspecify.annotations.Nullable BigDecimal none) {
        JsonNode bound = schema.has(one) ? schema.get(one) : schema.get(other);
        return bound == null ? none : bound.decimalValue();
    }
}
