package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The life of one process that serves until it is told to stop: what it has opened is closed in the reverse order, and the
 * exit code is 0. SIGTERM or SIGINT: it finishes what it has. SIGINT after that ends it at once, with the shell's exit code
 * for it; SIGTERM again changes nothing: programs send it twice without meaning more by it.
 */
final class Lifetime {
    private final Io io;
    private final Closing closing = new Closing();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean stopping = new AtomicBoolean();
    // volatile: set by the main thread, read by the one that stops.
    private volatile boolean ready;

    Lifetime(Io io) {
        this.io = io;
    }

    /** What is started; whatever it opens it gives to {@link #own}. */
    @FunctionalInterface
    interface Start {
        void run(Lifetime life) throws InterruptedException;
    }

    int run(Start start) throws InterruptedException {
        // For SIGHUP, and for the others where they cannot be handled.
        Thread hook = new Thread(this::stop, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        Signals.handle(List.of("INT", "TERM"), this::signalled);
        try {
            start.run(this);
            ended.await();
            return ExitCodes.DONE;
        } finally {
            if (stopping.get()) {
                park(); // the thread that stops ends the process, whatever this one would do or say next
            }
            closing.close();
            removeHook(hook);
        }
    }

    <T extends AutoCloseable> T own(T resource) {
        return closing.own(resource);
    }

    /** From here on there may be answers to finish. */
    void ready() {
        ready = true;
    }

    private void signalled(int code) {
        if (!stopping.get()) {
            Thread.ofPlatform().name("stop").start(this::stop);
        } else if (code == Signals.INTERRUPTED) {
            io.say(Text.of("Stopped without finishing the running answers.", "已立即停止，未完成的回答被中断。"));
            Runtime.getRuntime().halt(code);
        }
    }

    private void stop() {
        if (!stopping.compareAndSet(false, true)) {
            park();
        }
        io.say(
                ready
                        ? Text.of(
                                "Finishing the running answers; once more (Ctrl-C) to stop at once…",
                                "正在完成尚未结束的回答；再按一次 Ctrl-C 可立即停止……")
                        : Text.of("Stopping…", "正在停止……"));
        closing.close();
        io.out().flush();
        io.err().flush();
        Runtime.getRuntime().halt(ExitCodes.DONE);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook itself runs: it ends the process, whatever this thread would do next.
            park();
        }
    }

    private static void park() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
