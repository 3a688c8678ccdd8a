package dev.unbusy.ledger;

import dev.unbusy.ledger.JournalEntry.Kind;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one gateway on one machine: an SQLite database and a journal in a directory of their own, which one process
 * has at a time. The thread {@code ledger} forces and drains the journal and deletes old rows.
 *
 * <p>Opening takes some 100 ms, so it is best done beside the start of something else.
 */
public final class EmbeddedLedger implements Ledger {
    /** A process numbers so many requests before its numbers would run into those of the next. */
    private static final int TICKET_BITS = 40;

    private final DirectoryLock lock;
    private final Database database;
    private final InstantSource clock;
    private final UsageJournal journal;
    private final JournalDrain drain;
    private final JournalRecovery recovery;
    private final MonthTokens month;
    private final AtomicLong tickets;
    private final LedgerThread thread;
    private final SecureRandom random = new SecureRandom();
    // The newest snapshot, for event loops; set within write transactions, which come one after the other.
    private volatile KeyRing ring;

    private EmbeddedLedger(
            DirectoryLock lock,
            Database database,
            LedgerOptions options,
            InstantSource clock,
            JournalDrain.SegmentFactory factory) {
        this.lock = lock;
        this.database = database;
        this.clock = clock;
        this.recovery = JournalRecovery.run(options.directory(), database);
        this.ring = database.read(KeyTable::read);
        long now = clock.millis();
        LocalDate firstDay =
                Instant.ofEpochMilli(now).atOffset(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1);
        this.month = new MonthTokens(
                now, database.read(connection -> UsageReads.tokensByKey(connection, firstDay, firstDay.plusMonths(1))));
        this.tickets = new AtomicLong(recovery.opening() << TICKET_BITS);
        this.journal = new UsageJournal(options.memoryRecords());
        this.drain = new JournalDrain(journal, database, options, factory, recovery.nextSequence());
        this.thread = new LedgerThread(drain, options, clock);
    }

    /** Recovers what a process that was killed has left. */
    public static EmbeddedLedger open(LedgerOptions options) {
        EmbeddedLedger ledger = openIdle(options, InstantSource.system(), JournalSegment::create);
        ledger.thread.start();
        return ledger;
    }

    /** Without the thread: for tests that force and drain by themselves. */
    static EmbeddedLedger openIdle(LedgerOptions options, InstantSource clock, JournalDrain.SegmentFactory factory) {
        DirectoryLock lock;
        try {
            PrivateFiles.directory(options.directory());
            lock = DirectoryLock.take(options.directory());
        } catch (IOException e) {
            throw Database.unusable(options.directory(), FileFailure.of(e), e);
        }
        Database database = null;
        boolean opened = false;
        try {
            database = Database.open(options.directory());
            EmbeddedLedger ledger = new EmbeddedLedger(lock, database, options, clock, factory);
            ledger.drain.force(); // makes the first segments
            opened = true;
            return ledger;
        } finally {
            if (!opened) {
                if (database != null) {
                    database.close();
                }
                lock.close();
            }
        }
    }

    @Override
    public KeyRing keyRing() {
        return ring;
    }

    @Override
    public IssuedKey createKey(KeySpec spec, String by) {
        long now = clock.millis();
        Long expiresAt = spec.expiresAtMillis();
        if (expiresAt != null && expiresAt <= now) {
            throw LedgerException.invalid(
                    "expires", Instant.ofEpochMilli(expiresAt), Text.of("a time to come", "将来的时间"));
        }
        String secret = KeySecret.random(random, KeySecret.SECRET_LENGTH);
        KeyRecord key = new KeyRecord(
                KeySecret.random(random, KeySecret.ID_LENGTH),
                spec.name(),
                spec.tenant(),
                spec.scopes(),
                spec.models(),
                spec.limits(),
                spec.weight(),
                spec.budgetTokens(),
                now,
                expiresAt,
                null,
                null);
        Map<String, String> detail = new LinkedHashMap<>();
        detail.put("tenant", key.tenant());
        detail.put("scopes", KeyScope.words(key.scopes()));
        detail.put("name", key.name());
        change(by, AuditAction.KEY_CREATED, key.id(), detail, connection -> {
            KeyTable.insertTenantIfMissing(connection, key.tenant(), now);
            KeyTable.insert(connection, key, KeySecret.hash(secret));
        });
        return new IssuedKey(key, KeySecret.plaintext(key.id(), secret));
    }

    @Override
    public IssuedKey rotateKey(String id, Duration grace, String by) {
        if (grace.isNegative()) {
            throw LedgerException.invalid("grace", grace, Text.of("0 or longer", "0 或更长"));
        }
        String secret = KeySecret.random(random, KeySecret.SECRET_LENGTH);
        long until = clock.instant().plus(grace).toEpochMilli();
        Map<String, String> detail = Map.of("grace", grace.toString());
        KeyRing changed = change(by, AuditAction.KEY_ROTATED, id, detail, connection -> {
            KeyRecord key = require(KeyTable.read(connection), id);
            if (key.revokedAtMillis() != null) {
                throw LedgerException.revoked(id);
            }
            KeyTable.setSecret(connection, id, KeySecret.hash(secret), until);
        });
        return new IssuedKey(require(changed, id), KeySecret.plaintext(id, secret));
    }

    @Override
    public KeyRecord revokeKey(String id, String by) {
        KeyRing changed = change(by, AuditAction.KEY_REVOKED, id, Map.of(), connection -> {
            require(KeyTable.read(connection), id);
            KeyTable.revoke(connection, id, clock.millis());
        });
        return require(changed, id);
    }

    @Override
    public List<KeyRecord> keys() {
        return ring.keys().stream()
                .sorted(Comparator.comparing(KeyRecord::tenant)
                        .thenComparingLong(KeyRecord::createdAtMillis)
                        .thenComparing(KeyRecord::id))
                .toList();
    }

    @Override
    public TenantRecord setTenant(TenantRecord tenant, String by) {
        Map<String, String> detail = new TreeMap<>();
        detail.put("requestsPerMinute", Long.toString(tenant.limits().requestsPerMinute()));
        detail.put("tokensPerMinute", Long.toString(tenant.limits().tokensPerMinute()));
        detail.put("concurrency", Integer.toString(tenant.limits().concurrency()));
        detail.put("weight", Integer.toString(tenant.weight()));
        change(
                by,
                AuditAction.TENANT_SET,
                tenant.name(),
                detail,
                connection -> KeyTable.setTenant(connection, tenant, clock.millis()));
        return tenant;
    }

    @Override
    public List<TenantRecord> tenants() {
        return ring.tenants().stream()
                .sorted(Comparator.comparing(TenantRecord::name))
                .toList();
    }

    @Override
    public long begun(UsageRecord record) {
        long ticket = tickets.incrementAndGet();
        journal.append(Kind.BEGUN, ticket, record);
        return ticket;
    }

    @Override
    public void ended(long ticket, UsageRecord record) {
        if (record.keyId() != null) {
            month.add(record.keyId(), record.startedAtMillis(), record.budgetTokens());
        }
        journal.append(Kind.ENDED, ticket, record);
    }

    @Override
    public long tokensThisMonth(String keyId) {
        return month.used(keyId, clock.millis());
    }

    @Override
    public UsagePage usage(UsageQuery query) {
        drain.drain();
        return database.read(connection -> UsageReads.page(connection, query));
    }

    @Override
    public List<UsageTotal> totals(LocalDate since, LocalDate until, @Nullable String tenant, @Nullable String keyId) {
        drain.drain();
        return database.read(connection -> UsageReads.totals(connection, since, until, tenant, keyId));
    }

    @Override
    public JournalState journalState() {
        return drain.state(recovery.damaged());
    }

    @Override
    public void audit(String by, AuditAction action, String target, Map<String, String> detail) {
        database.update(connection -> {
            AuditTable.add(connection, clock.millis(), by, action, target, detail);
        });
    }

    @Override
    public List<AuditEntry> auditTrail(long before, int limit) {
        return database.read(connection -> AuditTable.before(connection, before, limit));
    }

    @Override
    public void close() {
        thread.close();
        try {
            drain.close();
            database.close();
        } finally {
            lock.close();
        }
    }

    /** For tests that force and drain as the thread does. */
    JournalDrain drain() {
        return drain;
    }

    /** For tests that hold an appender up. */
    UsageJournal journal() {
        return journal;
    }

    /** The change, its line in the audit log, and the new ring, in the order in which changes are made. */
    private KeyRing change(
            String by, AuditAction action, String target, Map<String, String> detail, Database.Change change) {
        return database.writeThen(
                connection -> {
                    change.on(connection);
                    AuditTable.add(connection, clock.millis(), by, action, target, detail);
                    return KeyTable.read(connection);
                },
                changed -> ring = changed);
    }

    private static KeyRecord require(KeyRing ring, String id) {
        KeyRecord key = ring.key(id);
        if (key == null) {
            throw LedgerException.unknownKey(id);
        }
        return key;
    }
}
