package dev.unbusy.gateway;

import dev.unbusy.ledger.AuditEntry;
import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.KeyRecord;
import dev.unbusy.ledger.TenantRecord;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, and whose share it takes. Immutable.
 *
 * @param by for the audit log: the key's id, or {@link AuditEntry#LOCAL}
 * @param key null where none was asked for, and for this machine's own commands
 * @param tenant whose queue it stands in
 * @param weight of what it uses within the shares of all tenants
 * @param tenantLimits over all keys of the tenant
 */
record Caller(String by, @Nullable KeyRecord key, String tenant, double weight, KeyLimits tenantLimits) {
    /** Anybody, while there are no keys. */
    static final Caller ANYBODY = new Caller(AuditEntry.LOCAL, null, "", 1, KeyLimits.NONE);

    /** A command of the user that runs the service. */
    static final Caller LOCAL = new Caller(AuditEntry.LOCAL, null, "local", 1, KeyLimits.NONE);

    static Caller of(KeyRecord key, TenantRecord tenant) {
        return new Caller(key.id(), key, tenant.name(), (double) tenant.weight() * key.weight(), tenant.limits());
    }

    /** Where nobody has a key, DeepSeek's {@code user_id} keeps users apart; where there are keys, they do. */
    Caller onBehalfOf(String user) {
        return key == null && !user.isEmpty() ? new Caller(by, null, user, weight, tenantLimits) : this;
    }

    @Nullable
    String keyId() {
        return key == null ? null : key.id();
    }

    /** Whose answers a prediction is learned from: the key's, else the user's. */
    String habits() {
        return key == null ? tenant : key.id();
    }
}
