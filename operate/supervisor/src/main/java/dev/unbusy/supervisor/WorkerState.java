package dev.unbusy.supervisor;

import java.util.Locale;

/** Where one worker is in its life; the word in {@code unbusy status}. */
public enum WorkerState {
    /** The process runs and loads its model. */
    LOADING,
    READY,
    /** It answers, has work and gets nowhere; it has been asked to end and will be started again. */
    WEDGED,
    /** It finishes its requests and will end. */
    DRAINING,
    /** It was ended, or ended by itself, and will be started again. */
    RESTARTING,
    /** It was given up; one that has served before is still tried now and then. */
    FAILED,
    STOPPED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
