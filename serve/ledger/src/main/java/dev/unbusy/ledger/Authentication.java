package dev.unbusy.ledger;

import java.util.Locale;

/** What came of looking at a request's key. */
public sealed interface Authentication {
    /** @param tenant the key's, as both are now */
    record Authenticated(KeyRecord key, TenantRecord tenant) implements Authentication {}

    record Rejected(Reason reason) implements Authentication {}

    /** Revocation and expiry are told only to those who have the secret. */
    enum Reason {
        /** No key was sent. */
        MISSING,
        /** What was sent does not have the form of a key. */
        MALFORMED,
        /** No such key, or not its secret, or one that was rotated away. */
        UNKNOWN,
        REVOKED,
        EXPIRED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
