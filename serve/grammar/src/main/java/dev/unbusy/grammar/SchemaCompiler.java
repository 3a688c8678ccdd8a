package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import dev.unbusy.text.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From a JSON Schema (draft 2020-12, with what drafts 6 to 2019-09 wrote differently) to rules. Whatever the rules allow
 * is valid under the schema. What is valid and left out:
 *
 * <ul>
 *   <li>Properties come in the order in which the schema declares them, then further ones.
 *   <li>An object with declared properties and no {@code additionalProperties} has those properties only; ask for more
 *       with {@code additionalProperties: true}.
 *   <li>Keywords of one type without {@code type} mean that type.
 *   <li>Numbers: see {@link NumberRule} and {@link JsonRules}. Integers are written as digits only.
 *   <li>Values of {@code enum} and {@code const}, names of properties, and printable ASCII in strings with a pattern or
 *       format have one spelling: escapes only where JSON demands them.
 *   <li>Formats: see {@link Formats}.
 * </ul>
 *
 * <p>Enforced: {@code type, enum, const, $ref, $defs, $anchor, allOf, anyOf, oneOf} (if {@link Disjoint} proves that one
 * option holds at most), {@code properties, required, additionalProperties, patternProperties, propertyNames,
 * minProperties, maxProperties, items, prefixItems, minItems, maxItems, minLength, maxLength, pattern, format, minimum,
 * maximum, exclusiveMinimum, exclusiveMaximum, multipleOf}. Every other keyword is refused, unless it says nothing about
 * which values are valid.
 */
final class SchemaCompiler {
    /** Options of options of options, written out. */
    private static final int MOST_OPTIONS = 20_000;

    private final SchemaDocument document;
    private final FactsReader reader;
    private final JsonRules json;
    private final StringSets strings;
    private final LiteralCheck literals;
    private final Budget budget;
    private final Map<List<SchemaPart>, Expr> known = new HashMap<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private int options;

    private record Pending(Rule rule, Facts facts, String pointer) {}

    SchemaCompiler(JsonNode schema, Whitespace whitespace, Budget budget) {
        document = new SchemaDocument(schema);
        reader = new FactsReader(document, budget);
        json = new JsonRules(whitespace, budget);
        strings = new StringSets(budget);
        literals = new LiteralCheck(strings);
        this.budget = budget;
    }

    Expr root() {
        Expr root = value(List.of(document.root()));
        while (!pending.isEmpty()) {
            Pending next = pending.remove();
            budget.at(next.pointer);
            next.rule.define(written(next.facts));
        }
        return root;
    }

    JsonRules json() {
        return json;
    }

    StringSets strings() {
        return strings;
    }

    FactsReader reader() {
        return reader;
    }

    Budget budget() {
        return budget;
    }

    /** A value that meets several schemas. */
    Expr value(List<SchemaPart> parts) {
        // Parts in one order, each once, without true: so that the same demands are the same rule.
        Map<String, SchemaPart> followed = new LinkedHashMap<>();
        for (SchemaPart part : parts) {
            SchemaPart target = document.followed(part);
            if (!target.node().isBoolean() || !target.node().booleanValue()) {
                followed.put(target.pointer(), target);
            }
        }
        List<SchemaPart> key = List.copyOf(followed.values());
        Expr old = known.get(key);
        if (old != null) {
            return old;
        }
        if (key.isEmpty()) {
            return json.value();
        }
        String pointer = key.getFirst().pointer();
        Facts facts = reader.read(key);
        if (facts.never) {
            known.put(key, JsonRules.NEVER);
            return JsonRules.NEVER;
        }
        Rule rule = new Rule(pointer);
        known.put(key, rule);
        pending.add(new Pending(rule, facts, pointer));
        return rule;
    }

    private Expr written(Facts facts) {
        if (facts.never) {
            return JsonRules.NEVER;
        }
        if (!facts.groups.isEmpty()) {
            return optioned(facts);
        }
        if (facts.values != null) {
            return listed(facts, facts.values);
        }
        int types = facts.written();
        if (types == Facts.ALL && !hasDemands(facts)) {
            return json.value();
        }
        List<Expr> ways = new ArrayList<>();
        if ((types & Facts.OBJECT) != 0) {
            ways.add(facts.speaksOfObjects() ? new ObjectRule(this, facts).expr() : json.object());
        }
        if ((types & Facts.ARRAY) != 0) {
            ways.add(facts.speaksOfArrays() ? new ArrayRule(this, facts).expr() : json.array());
        }
        if ((types & Facts.STRING) != 0) {
            ways.add(facts.speaksOfStrings() ? strings.quoted(facts) : json.string());
        }
        if ((types & Facts.NUMBER) != 0) {
            NumberRange range = (types & Facts.FRACTION) != 0 ? facts.range : facts.range.asWhole();
            ways.add(NumberRule.of(range, json, budget));
        }
        if ((types & Facts.BOOLEAN) != 0) {
            ways.add(json.bool());
        }
        if ((types & Facts.NULL) != 0) {
            ways.add(Part.ascii("null"));
        }
        return ways.size() == 1 ? ways.getFirst() : new Part.Choice(ways);
    }

    private static boolean hasDemands(Facts facts) {
        return facts.speaksOfObjects()
                || facts.speaksOfArrays()
                || facts.speaksOfStrings()
                || !facts.range.equals(NumberRange.ANY);
    }

    private Expr optioned(Facts facts) {
        Facts.Group group = facts.groups.getFirst();
        List<Expr> ways = new ArrayList<>();
        for (SchemaPart option : group.options()) {
            if (++options > MOST_OPTIONS) {
                throw GrammarException.tooLarge(
                        group.pointer(),
                        Text.of(
                                "The schema has more than %,d combinations of options",
                                "该 schema 的选项组合超过 %,d 种", MOST_OPTIONS));
            }
            if (facts.onlyOptions()) {
                ways.add(value(List.of(option)));
                continue;
            }
            Facts with = facts.copy();
            with.groups.remove(group);
            reader.add(with, option, group.path());
            budget.at(option.pointer());
            budget.work(200);
            ways.add(written(with));
        }
        return new Part.Choice(ways);
    }

    private Expr listed(Facts facts, List<JsonNode> values) {
        List<Expr> ways = new ArrayList<>();
        for (JsonNode value : values) {
            switch (literals.meets(value, facts)) {
                case YES -> ways.add(json.literal(value));
                case NO -> {}
                case UNKNOWN ->
                    throw GrammarException.unsupported(
                            budget.pointer(),
                            "enum or const of objects or lists together with keywords on their parts",
                            Text.of("Leave only enum or const", "请仅保留 enum 或 const"));
            }
        }
        return new Part.Choice(ways);
    }
}
