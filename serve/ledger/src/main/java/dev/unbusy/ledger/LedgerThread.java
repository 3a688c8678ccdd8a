package dev.unbusy.ledger;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code ledger}: forces the journal every {@code forceMillis}, drains it every {@code drainMillis}, and once an hour
 * deletes rows that are older than the retention, some at a time so that drains come between. A daemon: a process that does
 * not close its ledger is like one that was killed.
 */
final class LedgerThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerThread.class);
    private static final int ROWS_AT_A_TIME = 2_000;
    private static final long EXPIRE_EVERY_MILLIS = 3_600_000;

    private final JournalDrain drain;
    private final LedgerOptions options;
    private final InstantSource clock;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("ledger").daemon().unstarted(this::run);
    private long expireAtMillis;

    LedgerThread(JournalDrain drain, LedgerOptions options, InstantSource clock) {
        this.drain = drain;
        this.options = options;
        this.clock = clock;
    }

    void start() {
        thread.start();
    }

    /** Waits until it has finished what it was doing. */
    @Override
    public void close() {
        stop.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long sinceDrainMillis = 0;
        long pauseMillis = Math.min(options.forceMillis(), options.drainMillis());
        while (!stopped(pauseMillis)) {
            try {
                drain.force();
                sinceDrainMillis += pauseMillis;
                if (sinceDrainMillis >= options.drainMillis()) {
                    sinceDrainMillis = 0;
                    if (drain.drain()) {
                        expire();
                    }
                }
            } catch (RuntimeException | Error e) { // whatever it was, usage would pile up without this thread
                LOG.error("the ledger's thread goes on after a failure", e);
            }
        }
    }

    private boolean stopped(long waitMillis) {
        try {
            return stop.await(waitMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true; // nobody but the end of the process interrupts it
        }
    }

    private void expire() {
        long now = clock.millis();
        if (options.retentionDays() > 0 && now >= expireAtMillis) {
            long before = now - options.retentionDays() * UsageWrites.MILLIS_PER_DAY;
            if (drain.deleteBefore(before, ROWS_AT_A_TIME) < ROWS_AT_A_TIME) {
                expireAtMillis = now + EXPIRE_EVERY_MILLIS;
            }
        }
    }
}
