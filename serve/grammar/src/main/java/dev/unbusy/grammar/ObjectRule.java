package dev.unbusy.grammar;

import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An object that meets {@link Facts}. A node of its graph knows how many declared properties are behind it, whether one
 * was written (so that a comma is due), and how many, as far as their number matters.
 *
 * <ol>
 *   <li>Each declared property is written, or left out if it is not required, in the order of their declaration;
 *   <li>then come further ones, if the schema speaks of them: each key by which patterns it matches, with a value that
 *       meets the schemas of those patterns, or of {@code additionalProperties} where none does.
 * </ol>
 */
final class ObjectRule {
    private static final int MOST_COUNTED = 2_000;
    /** Each set of patterns is a kind of key. */
    private static final int MOST_PATTERNS = 6;

    private final SchemaCompiler schema;
    private final Facts facts;
    private final Map<String, List<SchemaPart>> declared = new LinkedHashMap<>();
    private final List<PatternKey> patterns = new ArrayList<>();
    private final List<Part.Edge> edges = new ArrayList<>();
    private final Map<List<Object>, Integer> nodes = new HashMap<>();
    private int nodeCount = 2;

    private record PatternKey(Facts.ObjectPart part, CharDfa keys, SchemaPart value) {
        @SuppressWarnings("ReferenceEquality") // two parts with the same content are two places in the schema
        boolean standsIn(Facts.ObjectPart wanted) {
            return part == wanted;
        }
    }

    ObjectRule(SchemaCompiler schema, Facts facts) {
        this.schema = schema;
        this.facts = facts;
        for (Facts.ObjectPart part : facts.objects) {
            for (Map.Entry<String, SchemaPart> pattern : part.patterns().entrySet()) {
                schema.budget().at(pattern.getValue().pointer());
                patterns.add(new PatternKey(part, schema.strings().pattern(pattern.getKey()), pattern.getValue()));
            }
        }
        if (patterns.size() > MOST_PATTERNS) {
            throw GrammarException.tooLarge(
                    schema.budget().pointer(),
                    Text.of(
                            "patternProperties has more than %d patterns",
                            "patternProperties 超过 %d 个模式", MOST_PATTERNS));
        }
        for (Facts.ObjectPart part : facts.objects) {
            for (String name : part.properties().keySet()) {
                declared.computeIfAbsent(name, this::demandsOn);
            }
        }
        for (String name : facts.required) {
            declared.computeIfAbsent(name, this::demandsOn);
        }
        schema.budget().states(declared.size());
    }

    /** All schemas that a property of this name must meet. */
    private List<SchemaPart> demandsOn(String name) {
        List<SchemaPart> demands = new ArrayList<>();
        for (Facts.ObjectPart part : facts.objects) {
            boolean spokenOf = false;
            SchemaPart own = part.properties().get(name);
            if (own != null) {
                demands.add(own);
                spokenOf = true;
            }
            for (PatternKey pattern : patterns) {
                if (pattern.standsIn(part) && pattern.keys.contains(name)) {
                    demands.add(pattern.value);
                    spokenOf = true;
                }
            }
            SchemaPart additional = part.additional();
            if (!spokenOf && additional != null) {
                demands.add(additional);
            }
        }
        return demands;
    }

    Expr expr() {
        JsonRules json = schema.json();
        CharDfa allowedKeys = CharDfa.any();
        for (SchemaPart names : facts.propertyNames) {
            Facts demands = schema.reader().read(List.of(names));
            allowedKeys = allowedKeys.and(keys(demands, names), schema.budget());
        }
        List<String> names = new ArrayList<>(declared.keySet());
        List<Expr> members = new ArrayList<>();
        for (String name : names) {
            Expr value =
                    allowedKeys.contains(name) ? schema.value(declared.getOrDefault(name, List.of())) : JsonRules.NEVER;
            members.add(Part.seq(new Part.Bytes(JsonRules.quoted(name)), json.colon(), value));
        }
        Expr further = further(allowedKeys);
        boolean open = !JsonRules.isNever(further);

        int max = facts.maxProperties >= 0 && (open || facts.maxProperties < names.size()) ? facts.maxProperties : -1;
        int counted = Math.max(max, facts.minProperties);
        if (counted > MOST_COUNTED) {
            throw GrammarException.tooLarge(
                    schema.budget().pointer(),
                    Text.of(
                            "The object has a limit of %,d properties; %,d are counted at most",
                            "对象限制为 %,d 个属性，最多可计数 %,d 个", counted, MOST_COUNTED));
        }
        edges.add(new Part.Edge(0, node(0, false, 0), json.open("{")));
        Limits limits = new Limits(max, counted);
        for (int i = 0; i < names.size(); i++) {
            boolean required = facts.required.contains(names.get(i));
            for (int count = 0; count <= Math.min(counted, i); count++) {
                property(i, count, members.get(i), required, limits); // 1
            }
        }
        for (int count = 0; count <= (open ? counted : Math.min(counted, names.size())); count++) {
            end(names.size(), count, further, limits); // 2
        }
        return new Part.Graph(nodeCount, edges);
    }

    /**
     * @param max −1 for no limit
     * @param counted beyond this the count does not matter
     */
    private record Limits(int max, int counted) {}

    private void property(int index, int count, Expr member, boolean required, Limits limits) {
        member(index, count, index + 1, member, limits);
        if (!required) {
            edges.add(new Part.Edge(node(index, true, count), node(index + 1, true, count), Part.EMPTY));
            if (count == 0) {
                edges.add(new Part.Edge(node(index, false, 0), node(index + 1, false, 0), Part.EMPTY));
            }
        }
    }

    private void end(int index, int count, Expr further, Limits limits) {
        if (!JsonRules.isNever(further)) {
            member(index, count, index, further, limits);
        }
        if (count >= facts.minProperties) {
            edges.add(new Part.Edge(node(index, true, count), 1, schema.json().close("}")));
        }
        if (count == 0 && facts.minProperties == 0) {
            edges.add(new Part.Edge(node(index, false, 0), 1, Part.ascii("}")));
        }
    }

    /** A member stands once, behind a comma or not. */
    private void member(int index, int count, int next, Expr member, Limits limits) {
        schema.budget().states(1);
        if (limits.max < 0 || count < limits.max) {
            int key = node(index, count);
            edges.add(new Part.Edge(node(index, true, count), key, schema.json().comma()));
            if (count == 0) {
                edges.add(new Part.Edge(node(index, false, 0), key, Part.EMPTY));
            }
            edges.add(new Part.Edge(key, node(next, true, Math.min(count + 1, limits.counted)), member));
        }
    }

    private int node(Object... place) {
        return nodes.computeIfAbsent(List.of(place), key -> nodeCount++);
    }

    private CharDfa keys(Facts demands, SchemaPart at) {
        schema.budget().at(at.pointer());
        if (demands.never || (demands.types & Facts.STRING) == 0) {
            return CharDfa.any().not(schema.budget());
        }
        if (!demands.groups.isEmpty()) {
            throw GrammarException.unsupported(
                    at.pointer(),
                    "propertyNames with anyOf or oneOf",
                    Text.of("Use one pattern or enum", "请使用单个 pattern 或 enum"));
        }
        CharDfa keys = demands.speaksOfStrings() ? schema.strings().of(demands) : CharDfa.any();
        if (demands.values != null) {
            List<String> words = new ArrayList<>();
            demands.values.forEach(value -> {
                if (value.isTextual()) {
                    words.add(value.textValue());
                }
            });
            keys = keys.and(CharDfa.ofWords(words, schema.budget()), schema.budget());
        }
        return keys;
    }

    /** A property that is not declared, or {@link JsonRules#NEVER}. */
    private Expr further(CharDfa allowedKeys) {
        Budget budget = schema.budget();
        CharDfa undeclared = allowedKeys.and(
                CharDfa.ofWords(List.copyOf(declared.keySet()), budget).not(budget), budget);
        List<Expr> kinds = new ArrayList<>();
        for (int set = 0; set < 1 << patterns.size(); set++) {
            List<SchemaPart> demands = demandsOnKind(set);
            if (set == 0 && isClosed(demands)) {
                continue;
            }
            CharDfa keys = undeclared;
            for (int p = 0; p < patterns.size(); p++) {
                CharDfa matching = patterns.get(p).keys;
                keys = keys.and(((set >> p) & 1) != 0 ? matching : matching.not(budget), budget);
            }
            Expr value = schema.value(demands);
            if (!keys.isEmpty() && !JsonRules.isNever(value)) {
                Expr key = schema.strings().quoted(keys, CharCodes.Spelling.ANY);
                kinds.add(Part.seq(key, schema.json().colon(), value));
            }
        }
        return kinds.isEmpty() ? JsonRules.NEVER : new Part.Choice(kinds);
    }

    private List<SchemaPart> demandsOnKind(int set) {
        List<SchemaPart> demands = new ArrayList<>();
        for (Facts.ObjectPart part : facts.objects) {
            boolean spokenOf = false;
            for (int p = 0; p < patterns.size(); p++) {
                if (((set >> p) & 1) != 0 && patterns.get(p).standsIn(part)) {
                    demands.add(patterns.get(p).value);
                    spokenOf = true;
                }
            }
            SchemaPart additional = part.additional();
            if (!spokenOf && additional != null) {
                demands.add(additional);
            }
        }
        return demands;
    }

    /** Properties that nothing is said about are written only where nothing is said about any. */
    private boolean isClosed(List<SchemaPart> demands) {
        return demands.isEmpty() && (!declared.isEmpty() || !patterns.isEmpty() || facts.onlyNamedProperties);
    }
}
