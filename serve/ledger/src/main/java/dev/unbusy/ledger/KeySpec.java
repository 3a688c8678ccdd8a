package dev.unbusy.ledger;

import dev.unbusy.text.Text;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a new key is to be.
 *
 * @param name for people, may be empty
 * @param models what it may ask for; empty: everything
 * @param weight of what it asks for in the share of its tenant: what 2 uses counts half of what 1 does
 * @param budgetTokens prompt and completion tokens per calendar month (UTC); 0: no budget
 * @param expiresAtMillis from then on it opens nothing; null: never
 */
public record KeySpec(
        String name,
        String tenant,
        Set<KeyScope> scopes,
        Set<String> models,
        KeyLimits limits,
        int weight,
        long budgetTokens,
        @Nullable Long expiresAtMillis) {
    private static final int MAX_WEIGHT = 1_000;
    private static final int MAX_NAME = 200;
    private static final int MAX_MODELS = 1_000;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._@:/-]{0,63}");

    public KeySpec {
        requireName("tenant", tenant);
        requireWeight(weight);
        KeyLimits.notNegative("budget-tokens", budgetTokens);
        scopes = Set.copyOf(scopes);
        models = Set.copyOf(models);
        if (scopes.isEmpty()) {
            throw LedgerException.invalid("scope", "∅", Text.same("inference, admin"));
        }
        if (name.length() > MAX_NAME || hasControls(name)) {
            throw LedgerException.invalid(
                    "name", quoted(name), Text.of("one line, up to 200 characters", "一行，最多 200 个字符"));
        }
        if (models.size() > MAX_MODELS) {
            throw LedgerException.invalid("models", models.size(), Text.of("up to 1,000 names", "最多 1000 个名称"));
        }
        for (String model : models) {
            if (model.isBlank() || model.length() > MAX_NAME || hasControls(model)) {
                throw LedgerException.invalid("models", quoted(model), Text.of("names of models", "模型名称"));
            }
        }
    }

    /** A key without limits that may ask for every model, now and always. */
    public static KeySpec inference(String tenant) {
        return new KeySpec("", tenant, Set.of(KeyScope.INFERENCE), Set.of(), KeyLimits.NONE, 1, 0, null);
    }

    /** A key for the admin API. */
    public static KeySpec admin(String tenant) {
        return new KeySpec("", tenant, Set.of(KeyScope.ADMIN), Set.of(), KeyLimits.NONE, 1, 0, null);
    }

    static void requireName(String field, String name) {
        if (!NAME.matcher(name).matches()) {
            throw LedgerException.invalid(
                    field,
                    quoted(name),
                    Text.of(
                            "1 to 64 letters and digits, and . _ @ : / - behind the first",
                            "1 到 64 个字母或数字，首字符之后还可用 . _ @ : / -"));
        }
    }

    static void requireWeight(int weight) {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw LedgerException.invalid("weight", weight, Text.of("1 to %d", "1 到 %d", MAX_WEIGHT));
        }
    }

    private static boolean hasControls(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    /** What was found, short enough for a message. */
    private static String quoted(String text) {
        return '"' + KeySecret.redact(text.length() > 80 ? text.substring(0, 80) + "…" : text) + '"';
    }
}
