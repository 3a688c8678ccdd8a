package dev.unbusy.grammar;

import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.List;

/** An array that meets {@link Facts}: one node per number of items, as far as that number matters. */
final class ArrayRule {
    /** Each number of items up to the bounds is a place of its own. */
    private static final int MOST_ITEMS = 20_000;

    private final SchemaCompiler schema;
    private final Facts facts;
    private final List<Part.Edge> edges = new ArrayList<>();

    ArrayRule(SchemaCompiler schema, Facts facts) {
        this.schema = schema;
        this.facts = facts;
    }

    Expr expr() {
        int prefix = 0;
        for (Facts.ArrayPart part : facts.arrays) {
            prefix = Math.max(prefix, part.prefix().size());
        }
        int max = facts.maxItems;
        int counted = max >= 0 ? max : Math.max(facts.minItems, prefix);
        if (counted > MOST_ITEMS) {
            throw GrammarException.tooLarge(
                    schema.budget().pointer(),
                    Text.of(
                            "The list has a limit of %,d items; %,d are counted at most",
                            "列表限制为 %,d 项，最多可计数 %,d 项", counted, MOST_ITEMS));
        }
        schema.budget().states(counted);
        JsonRules json = schema.json();
        Expr comma = json.comma();
        edges.add(new Part.Edge(0, node(0), json.open("[")));
        // After the last counted item the same node stands for any number more, if there is no limit.
        for (int i = 0; i <= counted; i++) {
            if (i >= facts.minItems) {
                edges.add(new Part.Edge(node(i), 1, i == 0 ? Part.ascii("]") : json.close("]")));
            }
            if (i < counted || max < 0) {
                Expr item = item(i);
                edges.add(new Part.Edge(
                        node(i), node(i == counted ? counted + 1 : i + 1), i == 0 ? item : Part.seq(comma, item)));
            }
        }
        if (max < 0) {
            // The first item of an uncounted list has no comma, so what follows it is one node on.
            int more = counted + 1;
            edges.add(new Part.Edge(node(more), 1, json.close("]")));
            edges.add(new Part.Edge(node(more), node(more), Part.seq(comma, item(more))));
        }
        return new Part.Graph(counted + 4, edges);
    }

    private static int node(int items) {
        return items + 2;
    }

    private Expr item(int index) {
        List<SchemaPart> parts = new ArrayList<>();
        for (Facts.ArrayPart part : facts.arrays) {
            SchemaPart rest = part.items();
            if (index < part.prefix().size()) {
                parts.add(part.prefix().get(index));
            } else if (rest != null) {
                parts.add(rest);
            }
        }
        return parts.isEmpty() && facts.onlyNamedItems ? JsonRules.NEVER : schema.value(parts);
    }
}
