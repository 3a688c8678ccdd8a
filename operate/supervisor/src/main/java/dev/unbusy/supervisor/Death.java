package dev.unbusy.supervisor;

import dev.unbusy.text.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the end of a worker process.
 *
 * @param exitCode as {@link Process#exitValue()}: 128 + signal where a signal ended it
 * @param refusal what the worker itself said about the cause before it ended, if it did
 * @param oomKill whether the kernel's count of OOM kills rose during its life
 * @param lastLines its last lines of standard error, oldest first
 */
record Death(int exitCode, @Nullable LoadRefusal refusal, boolean oomKill, List<String> lastLines) {
    private static final int SIGNAL_BASE = 128;
    private static final int SIGKILL = 9;
    /** The contract's exit code for a command line or a file that is wrong. */
    private static final int WRONG = 2;

    Death {
        lastLines = List.copyOf(lastLines);
    }

    boolean bySignal() {
        return exitCode > SIGNAL_BASE && exitCode <= SIGNAL_BASE + 64;
    }

    /** @param wasReady whether it had been ready before */
    RestartReason reason(boolean wasReady) {
        if (oomKill && exitCode == SIGNAL_BASE + SIGKILL) {
            return RestartReason.MEMORY;
        }
        if (!wasReady) {
            return RestartReason.FAILED_TO_LOAD;
        }
        return bySignal() ? RestartReason.KILLED : RestartReason.EXITED;
    }

    /** Whether another try would end alike: the worker says what is wrong with what it was given. */
    boolean isForGood() {
        return refusal != null && exitCode == WRONG;
    }

    /** In words, without the last lines. */
    Text described() {
        if (oomKill && exitCode == SIGNAL_BASE + SIGKILL) {
            return Text.of("the kernel's OOM killer ended it", "被内核 OOM killer 终止");
        }
        if (refusal != null) {
            return refusal.text();
        }
        return bySignal()
                ? Text.of("signal %d ended it", "被信号 %d 终止", exitCode - SIGNAL_BASE)
                : Text.of("it ended with exit code %d", "以退出码 %d 结束", exitCode);
    }
}
