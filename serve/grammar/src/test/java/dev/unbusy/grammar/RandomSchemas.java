package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/** Schemas of every kind that is enforced, at random. */
final class RandomSchemas {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> NAMES =
            List.of("a", "ab", "abc", "b", "name", "na me", "id", "naïve", "quo\"te", "tab\t", "中", "x", "y", "list");
    static final List<String> PATTERNS = List.of(
            "^[a-z]{1,5}$",
            "^(foo|bar)+$",
            "^\\d{3}-\\d{4}$",
            "^[^x]*$",
            "^a[^\\n]c$",
            "b",
            "^$|^[^\\n]{3}$",
            "^[\\u4e00-\\u4e10]+$",
            "^(?:[A-Z][a-z]* ?){1,3}$",
            "^\"q\\\\\"?$",
            "^[\\uD83D\\uDE00-\\uD83D\\uDE05é]{0,4}$",
            "^x(y|z)*x$");
    private static final List<String> FORMATS =
            List.of("date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri");

    private final Random random;
    private final boolean deep;

    RandomSchemas(Random random) {
        this.random = random;
        deep = random.nextBoolean();
    }

    ObjectNode next() {
        ObjectNode root = schema(3);
        if (random.nextInt(3) == 0) {
            // A recursive definition that can always stop.
            ObjectNode node = JSON.objectNode().put("type", "object").put("additionalProperties", false);
            node.putObject("properties")
                    .putObject("next")
                    .putArray("anyOf")
                    .add(ref("node"))
                    .add(type("null"));
            ((ObjectNode) node.get("properties")).set("v", scalar());
            node.putArray("required").add("next");
            root.putObject("$defs").set("node", node);
            if (root.has("properties")) {
                ((ObjectNode) root.get("properties")).set("tree", ref("node"));
            }
        }
        return root;
    }

    private static ObjectNode ref(String name) {
        return JSON.objectNode().put("$ref", "#/$defs/" + name);
    }

    private static ObjectNode type(String name) {
        return JSON.objectNode().put("type", name);
    }

    private ObjectNode schema(int depth) {
        if (depth <= 0) {
            return scalar();
        }
        return switch (random.nextInt(deep ? 7 : 9)) {
            case 0, 1, 2 -> object(depth);
            case 3, 4 -> array(depth);
            case 5 -> anyOf(depth);
            case 6 -> random.nextInt(3) == 0 ? JSON.objectNode() : allOf(depth);
            default -> scalar();
        };
    }

    private ObjectNode object(int depth) {
        ObjectNode schema = type("object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            properties.set(name, schema(depth - 1));
        }
        properties.fieldNames().forEachRemaining(name -> {
            if (random.nextInt(3) > 0) {
                required.add(name);
            }
        });
        switch (random.nextInt(5)) {
            case 0 -> schema.set("additionalProperties", scalar());
            case 1 -> schema.put("additionalProperties", true);
            case 2, 3 -> schema.put("additionalProperties", false);
            default -> {}
        }
        if (random.nextInt(5) == 0) {
            schema.putObject("patternProperties").set("^p_", scalar());
        }
        if (random.nextInt(6) == 0) {
            schema.put("minProperties", required.size() + random.nextInt(2));
        }
        if (random.nextInt(6) == 0) {
            schema.put("maxProperties", required.size() + 1 + random.nextInt(3));
        }
        return schema;
    }

    private ObjectNode array(int depth) {
        ObjectNode schema = type("array");
        if (random.nextInt(4) > 0) {
            schema.set("items", schema(depth - 1));
        }
        if (random.nextInt(5) == 0) {
            schema.putArray("prefixItems").add(scalar()).add(scalar());
        }
        int min = random.nextInt(3);
        if (random.nextBoolean()) {
            schema.put("minItems", min);
        }
        if (random.nextBoolean()) {
            schema.put("maxItems", min + random.nextInt(4));
        }
        return schema;
    }

    private ObjectNode anyOf(int depth) {
        ObjectNode schema = JSON.objectNode();
        if (random.nextInt(3) == 0) {
            ArrayNode options = schema.putArray("oneOf");
            for (String kind : List.of("cat", "dog")) {
                ObjectNode option = object(depth - 1);
                ((ObjectNode) option.get("properties")).putObject("kind").put("const", kind);
                ((ArrayNode) option.get("required")).add("kind");
                option.remove("maxProperties");
                options.add(option);
            }
            return schema;
        }
        ArrayNode options = schema.putArray("anyOf");
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            options.add(schema(depth - 1));
        }
        return schema;
    }

    private ObjectNode allOf(int depth) {
        ObjectNode schema = JSON.objectNode();
        ArrayNode parts = schema.putArray("allOf");
        ObjectNode first = object(depth);
        first.remove(List.of("additionalProperties", "maxProperties", "patternProperties"));
        ObjectNode second = type("object");
        second.putObject("properties").set("more", scalar());
        parts.add(first).add(second);
        return schema;
    }

    private ObjectNode scalar() {
        return switch (random.nextInt(9)) {
            case 0, 1 -> string();
            case 2, 3 -> number();
            case 4 -> type("boolean");
            case 5 -> type("null");
            case 6 -> {
                ObjectNode schema = JSON.objectNode();
                ArrayNode values = schema.putArray("enum");
                values.add("red").add("gr\"een").add(1).add(-2.5).addNull();
                values.add(JSON.arrayNode().add(1).add("x"));
                values.add(JSON.objectNode().put("k", true));
                yield schema;
            }
            case 7 -> JSON.objectNode().put("const", NAMES.get(random.nextInt(NAMES.size())));
            default -> {
                ObjectNode schema = JSON.objectNode();
                schema.putArray("type").add("string").add("null").add("integer");
                yield schema;
            }
        };
    }

    private ObjectNode string() {
        ObjectNode schema = type("string");
        switch (random.nextInt(5)) {
            case 0 -> schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
            case 1 -> schema.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
            case 2, 3 -> {
                int min = random.nextInt(4);
                schema.put("minLength", min);
                if (random.nextBoolean()) {
                    schema.put("maxLength", min + random.nextInt(40));
                }
            }
            default -> {}
        }
        return schema;
    }

    private ObjectNode number() {
        ObjectNode schema = type(random.nextBoolean() ? "integer" : "number");
        boolean whole = schema.get("type").asText().equals("integer");
        BigDecimal low = BigDecimal.valueOf(random.nextInt(4000) - 2000L, whole ? 0 : random.nextInt(4));
        if (random.nextBoolean()) {
            schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", low);
        }
        if (random.nextBoolean()) {
            BigDecimal high = low.add(BigDecimal.valueOf(2L + random.nextInt(300)));
            schema.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", high);
        }
        if (random.nextInt(4) == 0) {
            schema.put("multipleOf", whole ? BigDecimal.valueOf(1 + random.nextInt(2)) : new BigDecimal("0.25"));
        }
        return schema;
    }

    /** The values as a list, for messages. */
    static String text(JsonNode schema) {
        return schema.toString();
    }
}
