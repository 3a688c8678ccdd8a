package dev.unbusy.ledger;

import java.util.Locale;

/** What was done. The ledger itself writes the first four; whoever does the others says so. */
public enum AuditAction {
    KEY_CREATED,
    KEY_ROTATED,
    KEY_REVOKED,
    TENANT_SET,
    USAGE_EXPORTED,
    SETTINGS_CHANGED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static AuditAction parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
