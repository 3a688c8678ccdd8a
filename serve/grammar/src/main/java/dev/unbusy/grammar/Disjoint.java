package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Proves that no value is valid under two schemas, so that {@code oneOf} is {@code anyOf}. What proves it: types, values,
 * ranges of numbers, sets of strings; for objects a property that one of them requires and whose schemas are apart, or
 * that the other forbids. Where that is not enough, {@code oneOf} is refused.
 */
final class Disjoint {
    private static final int DEEPEST = 4;
    /** Pairs are quadratic. */
    private static final int MOST_OPTIONS = 200;

    private final FactsReader reader;
    private final StringSets strings;
    private final LiteralCheck literals;
    private final Budget budget;
    private final Set<String> required = new LinkedHashSet<>();

    Disjoint(FactsReader reader, Budget budget) {
        this.reader = reader;
        this.budget = budget;
        strings = new StringSets(budget);
        literals = new LiteralCheck(strings);
    }

    void require(Facts.Group group) {
        if (!required.add(group.pointer())) {
            return; // proved, or being proved further up
        }
        if (group.options().size() > MOST_OPTIONS) {
            throw GrammarException.tooLarge(
                    group.pointer(), Text.of("oneOf has more than %d options", "oneOf 超过 %d 个选项", MOST_OPTIONS));
        }
        List<Facts> facts = new ArrayList<>();
        for (SchemaPart option : group.options()) {
            Facts read = new Facts();
            reader.add(read, option, group.path());
            facts.add(read);
        }
        for (int i = 0; i < facts.size(); i++) {
            for (int j = 0; j < i; j++) {
                budget.work(500);
                if (!apart(facts.get(i), facts.get(j), 0)) {
                    throw GrammarException.unsupported(
                            group.pointer(),
                            "oneOf, whose options " + j + " and " + i + " may both hold,",
                            Text.of(
                                    "Use anyOf, or give each option a required property with its own const",
                                    "请使用 anyOf，或为每个选项设置带有不同 const 的必填属性"));
                }
            }
        }
    }

    private boolean apart(Facts a, Facts b, int depth) {
        if (a.never || b.never || (a.types & b.types) == 0) {
            return true;
        }
        if (a.values != null || b.values != null) {
            return a.values != null ? noneMeets(a.values, b) : noneMeets(java.util.Objects.requireNonNull(b.values), a);
        }
        if (depth < DEEPEST && (optionsApart(a, b, depth) || optionsApart(b, a, depth))) {
            return true;
        }
        int common = a.types & b.types;
        int apart = 0;
        if (a.range.isApartFrom(b.range)) {
            apart |= Facts.NUMBER;
        }
        if ((common & Facts.STRING) != 0
                && a.speaksOfStrings()
                && b.speaksOfStrings()
                && strings.of(a).and(strings.of(b), budget).isEmpty()) {
            apart |= Facts.STRING;
        }
        if ((common & Facts.OBJECT) != 0 && depth < DEEPEST && objectsApart(a, b, depth)) {
            apart |= Facts.OBJECT;
        }
        return (common & ~apart) == 0;
    }

    private boolean noneMeets(List<JsonNode> values, Facts facts) {
        for (JsonNode value : values) {
            boolean listed = facts.values == null || JsonEquality.contains(facts.values, value);
            if (listed && literals.meets(value, facts) != LiteralCheck.Answer.NO) {
                return false;
            }
        }
        return true;
    }

    /** Whether all options of one of a's groups are apart from b. */
    private boolean optionsApart(Facts a, Facts b, int depth) {
        for (Facts.Group group : a.groups) {
            boolean all = true;
            for (SchemaPart option : group.options()) {
                budget.work(500);
                Facts with = a.copy();
                with.groups.remove(group);
                reader.add(with, option, group.path());
                all = all && apart(with, b, depth + 1);
            }
            if (all) {
                return true;
            }
        }
        return false;
    }

    private boolean objectsApart(Facts a, Facts b, int depth) {
        Set<String> names = new LinkedHashSet<>(a.required);
        names.addAll(b.required);
        for (String name : names) {
            budget.work(500);
            if ((a.required.contains(name) && forbids(b, name)) || (b.required.contains(name) && forbids(a, name))) {
                return true;
            }
            List<SchemaPart> ofA = declared(a, name);
            List<SchemaPart> ofB = declared(b, name);
            if (!ofA.isEmpty() && !ofB.isEmpty() && apart(reader.read(ofA), reader.read(ofB), depth + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean forbids(Facts facts, String name) {
        for (Facts.ObjectPart part : facts.objects) {
            SchemaPart additional = part.additional();
            if (additional != null
                    && additional.node().isBoolean()
                    && !additional.node().booleanValue()
                    && part.patterns().isEmpty()
                    && !part.properties().containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    private static List<SchemaPart> declared(Facts facts, String name) {
        List<SchemaPart> parts = new ArrayList<>();
        for (Facts.ObjectPart part : facts.objects) {
            SchemaPart schema = part.properties().get(name);
            if (schema != null) {
                parts.add(schema);
            }
        }
        return parts;
    }
}
