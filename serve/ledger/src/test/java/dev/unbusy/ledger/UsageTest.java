package dev.unbusy.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.ledger.Ledgers.FakeClock;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageTest {
    @TempDir
    private Path directory;

    private final FakeClock clock = new FakeClock();
    private EmbeddedLedger ledger;

    @BeforeEach
    void open() {
        ledger = Ledgers.open(directory, clock);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private void end(UsageRecord record) {
        ledger.ended(ledger.begun(record.withOutcome("")), record);
    }

    @Test
    void whatEnded_isReadAsItWasWritten_unknownCountsToo() {
        UsageRecord full = new UsageRecord(
                "req-1", Ledgers.NOON, "k", "t", "模型", "chat", 1, 2, 3, 4, 5, 6, "w", "completed", "batch", 7);
        UsageRecord bare = new UsageRecord(
                "req-2", Ledgers.NOON - 1, null, "t", "m", "", -1, -1, -1, -1, -1, -1, null, "rejected", "", 0);
        end(full);
        ledger.ended(Ledger.NOT_BEGUN, bare);
        assertThat(Ledgers.all(ledger)).containsExactly(full, bare);
        ledger.close();
        ledger = Ledgers.open(directory, clock);
        assertThat(Ledgers.all(ledger)).containsExactly(full, bare);
    }

    @Test
    void aRequestThatRuns_isNotInTheLedger_andOneWhoseGatewayDiesIsLost() {
        ledger.begun(Ledgers.begun("running"));
        assertThat(Ledgers.all(ledger)).isEmpty();
        long ended = ledger.begun(Ledgers.begun("ends later"));
        assertThat(Ledgers.all(ledger)).isEmpty();
        ledger.ended(ended, Ledgers.record("ends later"));
        ledger.close();
        ledger = Ledgers.open(directory, clock);
        assertThat(Ledgers.all(ledger))
                .containsExactly(
                        Ledgers.begun("running").withOutcome(UsageRecord.GATEWAY_LOST), Ledgers.record("ends later"));
        assertThat(ledger.totals(LocalDate.MIN.withYear(2000), LocalDate.of(2100, 1, 1), null, null))
                .containsExactly(new UsageTotal(LocalDate.of(2026, 3, 10), "tenant-a", "key-a", 2, 1, 200, 20, 64, 0));
    }

    @Test
    void tickets_areNeverUsedTwice_evenByTheNextProcess() {
        long first = ledger.begun(Ledgers.begun("a"));
        ledger.close();
        ledger = Ledgers.open(directory, clock);
        long second = ledger.begun(Ledgers.begun("b"));
        assertThat(second).isGreaterThan(first + (1L << 39));
    }

    @Test
    void pages_goThroughEverythingOnce_whileRowsAreAddedAndDeleted() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 57; i++) {
            // Several start in the same millisecond.
            end(Ledgers.record("r" + i, Ledgers.NOON + i / 5, "key-a", i % 2 == 0 ? "even" : "odd"));
            if (i % 2 == 1 && i / 5 >= 2) {
                expected.addFirst("r" + i);
            }
        }
        UsageQuery query = new UsageQuery("odd", "key-a", Ledgers.NOON + 2, Ledgers.NOON + 100, 7, null);
        List<String> found = new ArrayList<>();
        UsagePage page = ledger.usage(query);
        while (true) {
            page.rows().forEach(row -> found.add(row.requestId()));
            UsageCursor next = page.next();
            if (next == null) {
                break;
            }
            assertThat(page.rows()).hasSize(7);
            end(Ledgers.record("new" + found.size(), Ledgers.NOON + 90, "key-a", "odd"));
            page = ledger.usage(query.withAfter(UsageCursor.parse(next.text())));
        }
        assertThat(found).containsExactlyElementsOf(expected);
        assertThat(ledger.usage(new UsageQuery(null, "nobody", 0, Long.MAX_VALUE, 10, null))
                        .rows())
                .isEmpty();
        assertThat(ledger.usage(new UsageQuery(null, null, 0, Ledgers.NOON + 1, 10, null))
                        .rows())
                .hasSize(5);
        assertThatThrownBy(() -> UsageCursor.parse("1;drop table usage")).isInstanceOf(LedgerException.class);
    }

    @Test
    void aLastPageThatIsFull_hasNoNext() {
        for (int i = 0; i < 6; i++) {
            end(Ledgers.record("r" + i));
        }
        UsageQuery query = new UsageQuery(null, null, 0, Long.MAX_VALUE, 3, null);
        UsageCursor next = Objects.requireNonNull(ledger.usage(query).next());
        assertThat(ledger.usage(query.withAfter(next)).next()).isNull();
    }

    @Test
    void totals_areByDayTenantAndKey() {
        long day = UsageWrites.MILLIS_PER_DAY;
        end(Ledgers.record("1", Ledgers.NOON, "a", "x"));
        end(Ledgers.record("2", Ledgers.NOON, "a", "x"));
        end(Ledgers.record("3", Ledgers.NOON + day, "a", "x"));
        end(Ledgers.record("4", Ledgers.NOON, "b", "y"));
        LocalDate tenth = LocalDate.of(2026, 3, 10);
        UsageTotal a = new UsageTotal(tenth, "x", "a", 2, 0, 200, 40, 128, 0);
        UsageTotal b = new UsageTotal(tenth, "y", "b", 1, 0, 100, 20, 64, 0);
        UsageTotal later = new UsageTotal(tenth.plusDays(1), "x", "a", 1, 0, 100, 20, 64, 0);
        assertThat(ledger.totals(tenth, tenth.plusDays(2), null, null)).containsExactly(a, b, later);
        assertThat(ledger.totals(tenth, tenth.plusDays(1), null, null)).containsExactly(a, b);
        assertThat(ledger.totals(tenth, tenth.plusDays(2), "x", null)).containsExactly(a, later);
        assertThat(ledger.totals(tenth, tenth.plusDays(2), null, "b")).containsExactly(b);
    }

    @Test
    void theMonthsTokens_areThereAtOnce_exactAfterReopening_andZeroInTheNextMonth() {
        end(Ledgers.record("1"));
        end(Ledgers.record("2"));
        end(Ledgers.record("before", Ledgers.NOON - 20 * UsageWrites.MILLIS_PER_DAY, "key-a", "tenant-a"));
        ledger.ended(Ledger.NOT_BEGUN, Ledgers.begun("unknown completion"));
        assertThat(ledger.tokensThisMonth("key-a")).isEqualTo(340);
        assertThat(ledger.tokensThisMonth("key-b")).isZero();
        ledger.close();
        ledger = Ledgers.open(directory, clock);
        assertThat(ledger.tokensThisMonth("key-a")).isEqualTo(340);
        end(Ledgers.record("3"));
        assertThat(ledger.tokensThisMonth("key-a")).isEqualTo(460);
        clock.millis = Instant.parse("2026-03-31T23:59:59.999Z").toEpochMilli();
        assertThat(ledger.tokensThisMonth("key-a")).isEqualTo(460);
        clock.millis++;
        assertThat(ledger.tokensThisMonth("key-a")).isZero();
        end(Ledgers.record("late", Ledgers.NOON, "key-a", "tenant-a"));
        assertThat(ledger.tokensThisMonth("key-a")).as("of the month before").isZero();
        end(Ledgers.record("new", clock.millis, "key-a", "tenant-a"));
        assertThat(ledger.tokensThisMonth("key-a")).isEqualTo(120);
    }

    @Test
    void oldRows_areDeletedInBatches_andTheirSumsStay() {
        for (int i = 0; i < 10; i++) {
            end(Ledgers.record("r" + i, Ledgers.NOON + i, "key-a", "tenant-a"));
        }
        assertThat(Ledgers.ids(ledger)).hasSize(10);
        assertThat(ledger.drain().deleteBefore(Ledgers.NOON + 6, 4)).isEqualTo(4);
        assertThat(Ledgers.ids(ledger)).containsExactly("r9", "r8", "r7", "r6", "r5", "r4");
        assertThat(ledger.drain().deleteBefore(Ledgers.NOON + 6, 4)).isEqualTo(2);
        assertThat(ledger.drain().deleteBefore(Ledgers.NOON + 6, 4)).isZero();
        assertThat(Ledgers.ids(ledger)).containsExactly("r9", "r8", "r7", "r6");
        assertThat(ledger.totals(LocalDate.of(2026, 3, 1), LocalDate.of(2026, 4, 1), null, null)
                        .getFirst()
                        .requests())
                .isEqualTo(10);
    }

    @Test
    void textsThatAreTooLong_areCutBetweenCharacters() {
        String long4 = "😀".repeat(100);
        UsageRecord record = new UsageRecord(
                "x".repeat(1_000), 0, "k", "t", long4, "é".repeat(200), 1, 1, 1, 1, 1, 1, null, "a\ud800b", "", 0);
        end(record);
        UsageRecord read = Ledgers.all(ledger).getFirst();
        assertThat(read.requestId()).isEqualTo("x".repeat(254));
        assertThat(read.model()).isEqualTo("😀".repeat(63));
        assertThat(read.route()).isEqualTo("é".repeat(127));
        assertThat(read.outcome()).isEqualTo("a?b");
    }
}
