package dev.unbusy.supervisor;

import java.util.Locale;

/** Why a worker was ended or had to be started again; the same word stands in log, metric, status and message. */
public enum RestartReason {
    /** It ended by itself after it had been ready. */
    EXITED,
    /** A signal that the supervisor did not send ended it. */
    KILLED,
    /** The kernel's OOM killer ended it. */
    MEMORY,
    /** The process lives and answers nothing. */
    FROZEN,
    /** It answers, has requests running and finishes no step. */
    WEDGED,
    /** It ended before it was ready. */
    FAILED_TO_LOAD,
    /** It could not be started at all. */
    NOT_STARTED,
    /** Somebody wanted it. */
    RENEWED;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The cause id of the diagnosis handbook, or the word where the handbook has none. */
    public String code() {
        return switch (this) {
            case MEMORY -> "host-oom-killed";
            case WEDGED -> "engine-wedged";
            case EXITED, KILLED, FROZEN, FAILED_TO_LOAD, NOT_STARTED, RENEWED -> "worker-" + word();
        };
    }
}
