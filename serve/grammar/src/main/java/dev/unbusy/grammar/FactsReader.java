package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import dev.unbusy.text.Text;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads schemas into {@link Facts}: each keyword is a demand, an annotation, or refused by name. */
final class FactsReader {
    private static final int LONGEST_PATH = 100;
    private static final int MOST_VALUES = 10_000;

    /** Say something about a value, and demand nothing. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "$schema",
            "$comment",
            "$anchor",
            "$defs",
            "$vocabulary",
            "definitions",
            "title",
            "description",
            "default",
            "example",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "contentMediaType",
            "contentEncoding",
            "contentSchema",
            "discriminator",
            "externalDocs",
            "xml",
            "markdownDescription",
            "enumDescriptions",
            "enumNames",
            "propertyOrdering");

    private static final Text OTHER_KEYWORDS =
            Text.of("Remove the keyword, and check it in your own code", "请删除该关键字，并在自己的代码中检查");

    private final SchemaDocument document;
    private final Budget budget;
    private final Disjoint disjoint;

    FactsReader(SchemaDocument document, Budget budget) {
        this.document = document;
        this.budget = budget;
        disjoint = new Disjoint(this, budget);
    }

    SchemaDocument document() {
        return document;
    }

    /** All demands of several schemas on one value. */
    Facts read(List<SchemaPart> parts) {
        Facts facts = new Facts();
        for (SchemaPart part : parts) {
            add(facts, part, null);
        }
        if (parts.size() > 1 && (facts.onlyNamedProperties || facts.onlyNamedItems)) {
            throw GrammarException.unsupported(
                    parts.getFirst().pointer(),
                    "An unevaluated… keyword beside other demands on the value",
                    OTHER_KEYWORDS);
        }
        return facts;
    }

    /** @param path the schemas that the part is read inside of */
    void add(Facts facts, SchemaPart part, Facts.@Nullable Path path) {
        if (path != null && (path.contains(part) || path.length() > LONGEST_PATH)) {
            throw GrammarException.leftRecursive(part.pointer());
        }
        if (!facts.read.add(part)) {
            return;
        }
        budget.at(part.pointer());
        budget.work(20);
        JsonNode node = part.node();
        if (node.isBoolean()) {
            facts.never |= !node.booleanValue();
            return;
        }
        if (!node.isObject()) {
            throw GrammarException.invalid(
                    part.pointer(), Text.of("A schema is an object, true or false", "schema 应为对象、true 或 false"));
        }
        Facts.Path here = new Facts.Path(part, path, path == null ? 1 : path.length() + 1);
        for (Map.Entry<String, JsonNode> keyword : node.properties()) {
            budget.at(SchemaDocument.child(part.pointer(), keyword.getKey()));
            keyword(facts, part.at(keyword.getKey(), keyword.getValue()), keyword.getKey(), here);
        }
        objectPart(facts, part);
        arrayPart(facts, part);
    }

    private void keyword(Facts facts, SchemaPart at, String keyword, Facts.Path here) {
        JsonNode value = at.node();
        switch (keyword) {
            case "type" -> facts.types &= types(at);
            case "enum" -> values(facts, at, value.isArray() ? value : null);
            case "const" -> values(facts, at, null);
            case "$ref" -> {
                String reference = SchemaValues.text(at);
                add(facts, document.resolve(reference, at.pointer()), here);
            }
            case "allOf" -> {
                for (SchemaPart option : SchemaValues.schemas(at)) {
                    add(facts, option, here);
                }
            }
            case "anyOf" -> facts.groups.add(new Facts.Group(SchemaValues.schemas(at), at.pointer(), here));
            case "oneOf" -> {
                Facts.Group group = new Facts.Group(SchemaValues.schemas(at), at.pointer(), here);
                disjoint.require(group);
                facts.groups.add(group);
            }
            case "minLength" -> {
                facts.minLength = Math.max(facts.minLength, SchemaValues.count(at));
                facts.mentioned |= Facts.STRING;
            }
            case "maxLength" -> {
                facts.maxLength = Facts.max(facts.maxLength, SchemaValues.count(at));
                facts.mentioned |= Facts.STRING;
            }
            case "pattern" -> {
                facts.patterns.add(SchemaValues.text(at));
                facts.mentioned |= Facts.STRING;
            }
            case "format" -> {
                String format = SchemaValues.text(at);
                if (!Formats.names().contains(format)) {
                    throw GrammarException.unsupported(
                            at.pointer(),
                            "The format \"" + SchemaDocument.shorten(format) + "\"",
                            Text.of(
                                    "Use one of %s, or a pattern",
                                    "请使用 %s 之一，或使用 pattern", String.join(", ", Formats.names())));
                }
                facts.formats.add(format);
                facts.mentioned |= Facts.STRING;
            }
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf" ->
                number(facts, at, keyword);
            case "required" -> {
                for (JsonNode name : SchemaValues.array(at)) {
                    facts.required.add(SchemaValues.text(new SchemaPart(name, at.pointer())));
                }
                facts.mentioned |= Facts.OBJECT;
            }
            case "minProperties" -> {
                facts.minProperties = Math.max(facts.minProperties, SchemaValues.count(at));
                facts.mentioned |= Facts.OBJECT;
            }
            case "maxProperties" -> {
                facts.maxProperties = Facts.max(facts.maxProperties, SchemaValues.count(at));
                facts.mentioned |= Facts.OBJECT;
            }
            case "propertyNames" -> {
                facts.propertyNames.add(at);
                facts.mentioned |= Facts.OBJECT;
            }
            case "minItems" -> {
                facts.minItems = Math.max(facts.minItems, SchemaValues.count(at));
                facts.mentioned |= Facts.ARRAY;
            }
            case "maxItems" -> {
                facts.maxItems = Facts.max(facts.maxItems, SchemaValues.count(at));
                facts.mentioned |= Facts.ARRAY;
            }
            case "unevaluatedProperties", "unevaluatedItems" -> unevaluated(facts, at, keyword, here);
            case "properties", "patternProperties", "additionalProperties" -> facts.mentioned |= Facts.OBJECT;
            case "items", "prefixItems", "additionalItems" -> facts.mentioned |= Facts.ARRAY;
            default -> harmless(at, keyword);
        }
    }

    /** These look at the schema they stand in, and what that applies in place, so only there can they be enforced. */
    private static void unevaluated(Facts facts, SchemaPart at, String keyword, Facts.Path here) {
        boolean isFalse = at.node().isBoolean() && !at.node().booleanValue();
        boolean isTrue = at.node().isBoolean() && at.node().booleanValue();
        if (!isTrue && (!isFalse || here.length() > 1)) {
            throw GrammarException.unsupported(
                    at.pointer(),
                    "The keyword \"" + keyword + "\" with a schema, or inside allOf, anyOf, oneOf or $ref,",
                    OTHER_KEYWORDS);
        }
        if (keyword.equals("unevaluatedItems")) {
            facts.mentioned |= Facts.ARRAY;
            facts.onlyNamedItems |= isFalse;
        } else {
            facts.mentioned |= Facts.OBJECT;
            facts.onlyNamedProperties |= isFalse;
        }
    }

    /** Annotations, and keywords with the value that asks for nothing. */
    private static void harmless(SchemaPart at, String keyword) {
        JsonNode value = at.node();
        boolean isRoot = at.pointer().lastIndexOf('/') == 0;
        boolean asksNothing = switch (keyword) {
            case "uniqueItems", "nullable", "$recursiveAnchor" -> value.isBoolean() && !value.booleanValue();
            // What is written has only what the schema names, so nothing is ever left unevaluated.
            case "unevaluatedProperties", "unevaluatedItems" -> value.isBoolean() && !value.booleanValue();
            case "dependentRequired", "dependentSchemas", "dependencies" -> value.isObject() && value.isEmpty();
            case "strict" -> value.isBoolean();
            case "$id", "id" -> isRoot;
            default -> false;
        };
        if (!asksNothing && !ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-")) {
            Text remedy = keyword.equals("nullable")
                    ? Text.of("Add \"null\" to \"type\"", "请在 “type” 中加入 “null”")
                    : OTHER_KEYWORDS;
            throw GrammarException.unsupported(
                    at.pointer(), "The keyword \"" + SchemaDocument.shorten(keyword) + "\"", remedy);
        }
    }

    private static int types(SchemaPart at) {
        int types = 0;
        for (JsonNode name : at.node().isArray() ? at.node() : List.of(at.node())) {
            types |= switch (name.asText()) {
                case "null" -> Facts.NULL;
                case "boolean" -> Facts.BOOLEAN;
                case "object" -> Facts.OBJECT;
                case "array" -> Facts.ARRAY;
                case "string" -> Facts.STRING;
                case "number" -> Facts.NUMBER;
                case "integer" -> Facts.INTEGER;
                default ->
                    throw GrammarException.invalid(
                            at.pointer(),
                            Text.of(
                                    "\"%s\" is no type; types are null, boolean, object, array, string, number, integer",
                                    "“%s” 不是类型；类型有 null、boolean、object、array、string、number、integer",
                                    SchemaDocument.shorten(name.asText())));
            };
        }
        return types;
    }

    private void values(Facts facts, SchemaPart at, @Nullable JsonNode list) {
        if (list == null && at.pointer().endsWith("/enum")) {
            throw GrammarException.invalid(at.pointer(), Text.of("enum is a list of values", "enum 应为值的列表"));
        }
        List<JsonNode> values = new ArrayList<>();
        for (JsonNode value : list == null ? List.of(at.node()) : list) {
            checkNumbers(new SchemaPart(value, at.pointer()));
            if (facts.values == null || JsonEquality.contains(facts.values, value)) {
                values.add(value);
            }
        }
        if (values.size() > MOST_VALUES) {
            throw GrammarException.tooLarge(
                    at.pointer(), Text.of("enum has more than %,d values", "enum 超过 %,d 个值", MOST_VALUES));
        }
        facts.values = values;
    }

    private void checkNumbers(SchemaPart value) {
        budget.work(10);
        if (value.node().isNumber()) {
            SchemaValues.decimal(value);
        }
        for (JsonNode item : value.node()) {
            checkNumbers(new SchemaPart(item, value.pointer()));
        }
    }

    private static void number(Facts facts, SchemaPart at, String keyword) {
        facts.mentioned |= Facts.NUMBER;
        if (at.node().isBoolean() && keyword.startsWith("exclusive")) {
            throw GrammarException.invalid(
                    at.pointer(),
                    Text.of(
                            "%s is a number since draft 6; true and false are draft 4",
                            "自 draft 6 起 %s 为数字；true/false 属于 draft 4", keyword));
        }
        BigDecimal value = SchemaValues.decimal(at);
        boolean exclusive = keyword.startsWith("exclusive");
        NumberRange.Bound bound = new NumberRange.Bound(value, exclusive);
        if (keyword.equals("multipleOf")) {
            if (value.signum() <= 0) {
                throw GrammarException.invalid(
                        at.pointer(), Text.of("multipleOf must be greater than 0", "multipleOf 必须大于 0"));
            }
            facts.range = facts.range.multipleOf(value);
        } else if (keyword.equals("minimum") || keyword.equals("exclusiveMinimum")) {
            facts.range = facts.range.atLeast(bound);
        } else {
            facts.range = facts.range.atMost(bound);
        }
    }

    private void objectPart(Facts facts, SchemaPart part) {
        JsonNode node = part.node();
        JsonNode additional = node.get("additionalProperties");
        if (additional == null && node.get("properties") == null && node.get("patternProperties") == null) {
            return;
        }
        facts.objects.add(new Facts.ObjectPart(
                members(part, "properties"),
                members(part, "patternProperties"),
                additional == null ? null : part.at("additionalProperties", additional)));
    }

    private static Map<String, SchemaPart> members(SchemaPart part, String keyword) {
        JsonNode value = part.node().get(keyword);
        Map<String, SchemaPart> members = new LinkedHashMap<>();
        if (value == null) {
            return members;
        }
        SchemaPart at = part.at(keyword, value);
        if (!value.isObject()) {
            throw GrammarException.invalid(
                    at.pointer(), Text.of("%s is an object of schemas", "%s 应为由 schema 组成的对象", keyword));
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            members.put(member.getKey(), at.at(member.getKey(), member.getValue()));
        }
        return members;
    }

    private static void arrayPart(Facts facts, SchemaPart part) {
        JsonNode items = part.node().get("items");
        JsonNode prefix = part.node().get("prefixItems");
        String prefixKeyword = "prefixItems";
        String restKeyword = "items";
        if (items != null && items.isArray() && prefix == null) {
            // Before draft 2020-12 a list of items was what prefixItems is now.
            prefix = items;
            items = part.node().get("additionalItems");
            prefixKeyword = "items";
            restKeyword = "additionalItems";
        }
        if (items != null || prefix != null) {
            facts.arrays.add(new Facts.ArrayPart(
                    prefix == null ? List.of() : SchemaValues.schemas(part.at(prefixKeyword, prefix)),
                    items == null ? null : part.at(restKeyword, items)));
        }
    }
}
