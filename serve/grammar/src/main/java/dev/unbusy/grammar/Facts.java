package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.grammar.SchemaDocument.SchemaPart;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that is asked of one value: the keywords of a schema, of what it refers to and of its {@code allOf}, each a further
 * demand. Subschemas for parts of the value stay as they are; several for one part are demands on it in turn.
 */
final class Facts {
    static final int NULL = 1;
    static final int BOOLEAN = 2;
    static final int OBJECT = 4;
    static final int ARRAY = 8;
    static final int STRING = 16;
    static final int INTEGER = 32;
    /** Numbers with a fraction. */
    static final int FRACTION = 64;

    static final int NUMBER = INTEGER | FRACTION;
    static final int ALL = 127;

    /** Types that {@code type} leaves, {@link #ALL} without one. */
    int types = ALL;
    /** Types that other keywords speak of. */
    int mentioned;
    /** Values that {@code enum} and {@code const} leave; null without them. */
    @Nullable
    List<JsonNode> values;

    boolean never;

    int minLength;
    int maxLength = -1;
    final Set<String> patterns = new LinkedHashSet<>();
    final Set<String> formats = new LinkedHashSet<>();
    NumberRange range = NumberRange.ANY;

    final List<ObjectPart> objects = new ArrayList<>();
    final Set<String> required = new LinkedHashSet<>();
    final List<SchemaPart> propertyNames = new ArrayList<>();
    int minProperties;
    int maxProperties = -1;

    /** {@code unevaluatedProperties: false}: no property but those that a keyword speaks of. */
    boolean onlyNamedProperties;
    /** {@code unevaluatedItems: false}, likewise. */
    boolean onlyNamedItems;

    final List<ArrayPart> arrays = new ArrayList<>();
    int minItems;
    int maxItems = -1;

    /** Of each, one option holds. */
    final List<Group> groups = new ArrayList<>();

    /** Schemas that are part of this already. */
    final Set<SchemaPart> read = new LinkedHashSet<>();

    /** The object keywords of one schema: {@code additionalProperties} looks at those beside it only. */
    record ObjectPart(
            java.util.Map<String, SchemaPart> properties,
            java.util.Map<String, SchemaPart> patterns,
            @Nullable SchemaPart additional) {}

    /** The array keywords of one schema. */
    record ArrayPart(List<SchemaPart> prefix, @Nullable SchemaPart items) {}

    /** @param path schemas being read around it: an option that leads back to one of them is endless */
    record Group(List<SchemaPart> options, String pointer, Path path) {}

    /** Schemas inside each other without a property or item in between, innermost first. */
    record Path(SchemaPart part, @Nullable Path outer, int length) {
        boolean contains(SchemaPart wanted) {
            for (Path at = this; at != null; at = at.outer) {
                if (at.part.equals(wanted)) {
                    return true;
                }
            }
            return false;
        }
    }

    Facts() {}

    Facts copy() {
        Facts copy = new Facts();
        copy.types = types;
        copy.mentioned = mentioned;
        copy.values = values;
        copy.never = never;
        copy.minLength = minLength;
        copy.maxLength = maxLength;
        copy.patterns.addAll(patterns);
        copy.formats.addAll(formats);
        copy.range = range;
        copy.objects.addAll(objects);
        copy.required.addAll(required);
        copy.propertyNames.addAll(propertyNames);
        copy.minProperties = minProperties;
        copy.maxProperties = maxProperties;
        copy.onlyNamedProperties = onlyNamedProperties;
        copy.onlyNamedItems = onlyNamedItems;
        copy.arrays.addAll(arrays);
        copy.minItems = minItems;
        copy.maxItems = maxItems;
        copy.groups.addAll(groups);
        copy.read.addAll(read);
        return copy;
    }

    /**
     * The types that are written. Where no {@code type} is given, keywords for objects mean an object, and so on: a
     * schema that forgets its type would else allow every value of every other type.
     */
    int written() {
        return types == ALL && mentioned != 0 ? mentioned : types;
    }

    boolean speaksOfStrings() {
        return minLength > 0 || maxLength >= 0 || !patterns.isEmpty() || !formats.isEmpty();
    }

    boolean speaksOfObjects() {
        return !objects.isEmpty()
                || !required.isEmpty()
                || !propertyNames.isEmpty()
                || minProperties > 0
                || onlyNamedProperties
                || maxProperties >= 0;
    }

    boolean speaksOfArrays() {
        return !arrays.isEmpty() || minItems > 0 || maxItems >= 0 || onlyNamedItems;
    }

    /** Whether there is nothing but options. */
    boolean onlyOptions() {
        return groups.size() == 1
                && types == ALL
                && mentioned == 0
                && values == null
                && !never
                && range.equals(NumberRange.ANY);
    }

    /** The lower of two limits, of which −1 is none. */
    static int max(int current, int more) {
        return current < 0 ? more : Math.min(current, more);
    }
}
