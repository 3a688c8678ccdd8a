package dev.unbusy.llama;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs a call on a thread with a stack of a chosen size, and waits for it. */
final class DeepCall {
    private DeepCall() {}

    /**
     * @param stackBytes address space; memory is taken only for what the call really uses
     */
    static <T> T run(Callable<T> call, long stackBytes) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(null, task, "llama-deep-call", stackBytes).start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    // The native call cannot be interrupted; the flag is restored when it is over.
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case RuntimeException runtime -> throw runtime;
                        case Error error -> throw error;
                        case null, default -> throw new IllegalStateException(e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
