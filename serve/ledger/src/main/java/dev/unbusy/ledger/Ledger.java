package dev.unbusy.ledger;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's memory: keys and tenants, what was used, and who changed what. Thread-safe.
 *
 * <p>Event loops may call {@link #keyRing}, {@link #begun}, {@link #ended} and {@link #tokensThisMonth}: these wait for nothing.
 * Everything else reads or writes a database and blocks for some milliseconds; it throws {@link LedgerException}.
 *
 * <p>{@code by} is the id of the key that asked, or {@link AuditEntry#LOCAL}. Each change and its line in the audit log are one
 * transaction.
 */
public interface Ledger extends AutoCloseable {

    /** The keys as they are now. Ask anew for each request: a revoked key is gone from the next ring. */
    KeyRing keyRing();

    /** The tenant is made if there is none of that name. */
    IssuedKey createKey(KeySpec spec, String by);

    /**
     * A new secret for the same key.
     *
     * @param grace how long the old secret stays valid beside it; one that was rotated away before is invalid at once
     */
    IssuedKey rotateKey(String id, Duration grace, String by);

    /** From the next request on it opens nothing. There is no way back; again is no error. */
    KeyRecord revokeKey(String id, String by);

    /** Revoked and expired ones too, by tenant and time of creation. */
    List<KeyRecord> keys();

    /** Made, or changed: its limits and weight. */
    TenantRecord setTenant(TenantRecord tenant, String by);

    /** By name. */
    List<TenantRecord> tenants();

    /**
     * A request goes to a worker. If this process dies before {@link #ended}, the next one finds it and says
     * {@link UsageRecord#GATEWAY_LOST}.
     *
     * @param record as far as it is known; its outcome is empty
     * @return the ticket for {@link #ended}
     */
    long begun(UsageRecord record);

    /**
     * A request has ended, however it did. Once this has returned, the record survives the death of the process.
     *
     * @param ticket from {@link #begun}, or {@link #NOT_BEGUN} where it never came that far; to be ended once
     */
    void ended(long ticket, UsageRecord record);

    long NOT_BEGUN = 0;

    /** Prompt and completion tokens of this key's requests that started in this calendar month (UTC) and have ended. */
    long tokensThisMonth(String keyId);

    /** Everything that ended before the call is in it, unless {@link #journalState} says that the database cannot be written. */
    UsagePage usage(UsageQuery query);

    /**
     * What each key used on each day; days without use are left out.
     *
     * @param until exclusive
     * @param tenant null: of all
     * @param keyId null: of all
     */
    List<UsageTotal> totals(LocalDate since, LocalDate until, @Nullable String tenant, @Nullable String keyId);

    /** For metrics and alerts. Waits for nothing. */
    JournalState journalState();

    /** @param detail becomes a JSON object */
    void audit(String by, AuditAction action, String target, Map<String, String> detail);

    /**
     * Newest first.
     *
     * @param before a sequence number; {@link Long#MAX_VALUE} for the newest
     */
    List<AuditEntry> auditTrail(long before, int limit);

    /** Everything that ended before the call is kept. What is called afterwards may throw. */
    @Override
    void close();
}
