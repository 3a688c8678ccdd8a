package dev.unbusy.ledger;

/**
 * A tenant: whoever keys belong to, with limits over all of them together.
 *
 * @param weight its share of the workers while there is not enough for all: 2 gets twice what 1 gets
 */
public record TenantRecord(String name, KeyLimits limits, int weight) {
    public TenantRecord {
        KeySpec.requireName("tenant", name);
        KeySpec.requireWeight(weight);
    }

    /** As a tenant is when a key is first made for it. */
    public static TenantRecord plain(String name) {
        return new TenantRecord(name, KeyLimits.NONE, 1);
    }
}
