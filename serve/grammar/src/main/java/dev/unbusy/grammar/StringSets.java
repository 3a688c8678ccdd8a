package dev.unbusy.grammar;

import dev.unbusy.text.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The strings that {@link Facts} ask for, as automata and as rules; equal demands share one. */
final class StringSets {
    /** Beyond this, counting characters takes more memory than it is worth. */
    private static final int LONGEST = 100_000;

    private final Budget budget;
    private final Map<List<Object>, CharDfa> sets = new HashMap<>();
    private final Map<CharDfa, Expr> rules = new HashMap<>();
    private final Map<String, CharDfa> parts = new HashMap<>();

    StringSets(Budget budget) {
        this.budget = budget;
    }

    CharDfa of(Facts facts) {
        List<Object> key =
                List.of(List.copyOf(facts.patterns), List.copyOf(facts.formats), facts.minLength, facts.maxLength);
        CharDfa known = sets.get(key);
        if (known != null) {
            return known;
        }
        if (Math.max(facts.minLength, facts.maxLength) > LONGEST) {
            throw GrammarException.tooLarge(
                    budget.pointer(), Text.of("A length limit is greater than %,d", "长度限制大于 %,d", LONGEST));
        }
        CharDfa set = CharDfa.any();
        for (String pattern : facts.patterns) {
            set = set.and(pattern(pattern), budget);
        }
        for (String format : facts.formats) {
            CharDfa texts = part("format " + format, () -> Formats.of(format, budget));
            set = set.and(texts, budget);
        }
        set = set.ofLength(facts.minLength, facts.maxLength, budget);
        sets.put(key, set);
        return set;
    }

    CharDfa pattern(String pattern) {
        return part("pattern " + pattern, () -> PatternCompiler.search(pattern, budget));
    }

    private CharDfa part(String key, java.util.function.Supplier<@Nullable CharDfa> maker) {
        CharDfa known = parts.get(key);
        if (known == null) {
            CharDfa made = maker.get();
            known = made == null ? CharDfa.any() : made;
            parts.put(key, known);
        }
        return known;
    }

    /** The strings in quotes. */
    Expr quoted(Facts facts) {
        CharDfa set = of(facts);
        boolean shaped = !facts.patterns.isEmpty() || !facts.formats.isEmpty();
        return quoted(set, shaped ? CharCodes.Spelling.PLAIN : CharCodes.Spelling.ANY);
    }

    /** One spelling per set: a set is either shaped or not. */
    Expr quoted(CharDfa set, CharCodes.Spelling spelling) {
        return rules.computeIfAbsent(
                set, key -> set.isEmpty() ? JsonRules.NEVER : new Part.Quoted(new TextRule(set, spelling, budget)));
    }
}
