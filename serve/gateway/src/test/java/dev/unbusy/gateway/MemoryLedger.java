package dev.unbusy.gateway;

import dev.unbusy.ledger.AuditAction;
import dev.unbusy.ledger.AuditEntry;
import dev.unbusy.ledger.IssuedKey;
import dev.unbusy.ledger.JournalState;
import dev.unbusy.ledger.KeyRecord;
import dev.unbusy.ledger.KeyRing;
import dev.unbusy.ledger.KeySpec;
import dev.unbusy.ledger.Ledger;
import dev.unbusy.ledger.TenantRecord;
import dev.unbusy.ledger.UsagePage;
import dev.unbusy.ledger.UsageQuery;
import dev.unbusy.ledger.UsageRecord;
import dev.unbusy.ledger.UsageTotal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A ledger without a key, which remembers what it was told of usage. */
final class MemoryLedger implements Ledger {
    final List<UsageRecord> begun = new CopyOnWriteArrayList<>();
    final List<UsageRecord> ended = new CopyOnWriteArrayList<>();
    volatile JournalState state = new JournalState(0, 0, 0, null);
    private final AtomicLong tickets = new AtomicLong();

    @Override
    public KeyRing keyRing() {
        return KeyRing.none();
    }

    @Override
    public long begun(UsageRecord record) {
        begun.add(record);
        return tickets.incrementAndGet();
    }

    @Override
    public void ended(long ticket, UsageRecord record) {
        ended.add(record);
    }

    @Override
    public long tokensThisMonth(String keyId) {
        return 0;
    }

    @Override
    public JournalState journalState() {
        return state;
    }

    @Override
    public IssuedKey createKey(KeySpec spec, String by) {
        throw new UnsupportedOperationException();
    }

    @Override
    public IssuedKey rotateKey(String id, Duration grace, String by) {
        throw new UnsupportedOperationException();
    }

    @Override
    public KeyRecord revokeKey(String id, String by) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<KeyRecord> keys() {
        return List.of();
    }

    @Override
    public TenantRecord setTenant(TenantRecord tenant, String by) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<TenantRecord> tenants() {
        return List.of();
    }

    @Override
    public UsagePage usage(UsageQuery query) {
        return new UsagePage(ended, null);
    }

    @Override
    public List<UsageTotal> totals(LocalDate since, LocalDate until, @Nullable String tenant, @Nullable String keyId) {
        return List.of();
    }

    @Override
    public void audit(String by, AuditAction action, String target, Map<String, String> detail) {}

    @Override
    public List<AuditEntry> auditTrail(long before, int limit) {
        return List.of();
    }

    @Override
    public void close() {}
}
