package dev.unbusy.ledger;

import dev.unbusy.ledger.Authentication.Authenticated;
import dev.unbusy.ledger.Authentication.Reason;
import dev.unbusy.ledger.Authentication.Rejected;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All keys and tenants at one moment: what event loops ask. Immutable; {@link Ledger#keyRing()} has the newest one. No
 * database access, no lock. The time that an answer takes does not depend on how much of a secret is right, nor on whether
 * the key exists: a hash is computed and compared in any case.
 */
public final class KeyRing {
    private static final String BEARER = "Bearer ";

    /** Compared with when there is no such key; no secret hashes to it. */
    private static final byte[] NO_HASH = new byte[32];

    /** A key with what its secrets are compared with. */
    static final class Entry {
        private final KeyRecord key;
        private final TenantRecord tenant;
        private final byte[] hash;
        private final byte[] previousHash;

        /** @param previousHash of the secret before the last rotation; null: there is none */
        Entry(KeyRecord key, TenantRecord tenant, byte[] hash, byte @Nullable [] previousHash) {
            this.key = key;
            this.tenant = tenant;
            this.hash = hash;
            this.previousHash = previousHash == null ? NO_HASH : previousHash;
        }
    }

    private final Map<String, Entry> entries;
    private final Map<String, TenantRecord> tenants;

    KeyRing(Map<String, Entry> entries, Map<String, TenantRecord> tenants) {
        this.entries = Map.copyOf(entries);
        this.tenants = Map.copyOf(tenants);
    }

    /** No keys at all: nobody is asked for one. */
    public static KeyRing none() {
        return new KeyRing(Map.of(), Map.of());
    }

    /**
     * True while no key was ever made: then requests need none. Revoking the last key does not open the door again.
     */
    public boolean open() {
        return entries.isEmpty();
    }

    /** @return null while no key was made for this tenant and it was not set up */
    public @Nullable TenantRecord tenant(String name) {
        return tenants.get(name);
    }

    /** @return null if there is none; also one that is revoked or expired */
    public @Nullable KeyRecord key(String id) {
        Entry entry = entries.get(id);
        return entry == null ? null : entry.key;
    }

    List<KeyRecord> keys() {
        return entries.values().stream().map(entry -> entry.key).toList();
    }

    List<TenantRecord> tenants() {
        return List.copyOf(tenants.values());
    }

    /**
     * @param headerValue the value of {@code Authorization} ({@code Bearer KEY}) or {@code x-api-key} (the key alone)
     * @param nowMillis since 1970, for expiry and the grace after a rotation
     */
    public Authentication authenticate(@Nullable String headerValue, long nowMillis) {
        if (headerValue == null || headerValue.isBlank()) {
            return new Rejected(Reason.MISSING);
        }
        String key = headerValue.strip();
        if (key.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            key = key.substring(BEARER.length()).strip();
        }
        KeySecret.Presented presented = KeySecret.parse(key);
        if (presented == null) {
            return new Rejected(Reason.MALFORMED);
        }
        Entry entry = entries.get(presented.id);
        boolean current = MessageDigest.isEqual(entry == null ? NO_HASH : entry.hash, presented.hash);
        boolean previous = MessageDigest.isEqual(entry == null ? NO_HASH : entry.previousHash, presented.hash);
        if (entry == null || !(current || (previous && inGrace(entry.key, nowMillis)))) {
            return new Rejected(Reason.UNKNOWN);
        }
        if (entry.key.revokedAtMillis() != null) {
            return new Rejected(Reason.REVOKED);
        }
        Long expiresAt = entry.key.expiresAtMillis();
        if (expiresAt != null && nowMillis >= expiresAt) {
            return new Rejected(Reason.EXPIRED);
        }
        return new Authenticated(entry.key, entry.tenant);
    }

    private static boolean inGrace(KeyRecord key, long nowMillis) {
        Long until = key.previousUntilMillis();
        return until != null && nowMillis < until;
    }
}
