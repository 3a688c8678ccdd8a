package dev.unbusy.supervisor;

import org.jspecify.annotations.Nullable;

/**
 * When a dead worker is started again, and when no more. Pure: holds counts, knows no time.
 *
 * <ol>
 *   <li>The first restart waits {@code restart_delay_millis}, each further one twice as long, up to a maximum.
 *   <li>A worker that served for {@code stable_after_seconds} starts counting anew.
 *   <li>A worker that fails to load {@code load_failures} times in a row for the same cause is given up: the same file
 *       would fail again, every try costs the machine a load, and whoever waits for it had better know. Where the worker
 *       itself says that what it was given is wrong, once is enough ({@link Death#isForGood}).
 * </ol>
 */
final class RestartPolicy {
    private final SupervisorConfig config;
    private int inARow;
    private @Nullable String lastLoadFailure;
    private int sameLoadFailures;

    RestartPolicy(SupervisorConfig config) {
        this.config = config;
    }

    /** It served long enough. */
    void stable() {
        inARow = 0;
    }

    /** It loaded, whatever happens to it later. */
    void loaded() {
        lastLoadFailure = null;
        sameLoadFailures = 0;
    }

    /** @return false where it should be given up (3) */
    boolean worthAnotherLoad(String cause) {
        sameLoadFailures = cause.equals(lastLoadFailure) ? sameLoadFailures + 1 : 1;
        lastLoadFailure = cause;
        return sameLoadFailures < config.loadFailures();
    }

    /** The wait before the next start (1). */
    long nextDelayMillis() {
        // A shift by 62 and more would wrap; the maximum is reached long before.
        long delay = (long) config.restartDelayMillis() << Math.min(inARow, 30);
        inARow++;
        return Math.min(delay, config.restartDelayMaxMillis());
    }
}
