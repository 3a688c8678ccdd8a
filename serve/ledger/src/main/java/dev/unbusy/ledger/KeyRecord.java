package dev.unbusy.ledger;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is kept: everything but its secret. The fields that it shares with {@link KeySpec} are explained there.
 *
 * @param id the part of the key that may be shown and logged
 * @param revokedAtMillis since when it opens nothing; null: it does
 * @param previousUntilMillis how long the secret before the last rotation stays valid; null: there is none
 */
public record KeyRecord(
        String id,
        String name,
        String tenant,
        Set<KeyScope> scopes,
        Set<String> models,
        KeyLimits limits,
        int weight,
        long budgetTokens,
        long createdAtMillis,
        @Nullable Long expiresAtMillis,
        @Nullable Long revokedAtMillis,
        @Nullable Long previousUntilMillis) {

    public KeyRecord {
        scopes = Set.copyOf(scopes);
        models = Set.copyOf(models);
    }

    public boolean mayUse(String model) {
        return models.isEmpty() || models.contains(model);
    }

    public boolean has(KeyScope scope) {
        return scopes.contains(scope);
    }
}
