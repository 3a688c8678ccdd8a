package dev.unbusy.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the native library's log lines go: the logger {@code dev.unbusy.llama.native}, by level. It also keeps the last
 * warnings and errors, because the library tells why a model did not load only there.
 *
 * <p>Called on whatever thread the library logs from, several at once. Nothing may escape {@link #accept}: an exception
 * that leaves an upcall ends the JVM.
 */
final class NativeLog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.unbusy.llama.native");
    private static final int KEPT = 50;
    private static final int LONGEST_LINE = 16_384;

    // enum ggml_log_level in ggml.h
    private static final int DEBUG = 1;
    private static final int INFO = 2;
    private static final int WARN = 3;
    private static final int ERROR = 4;
    private static final int CONTINUE = 5;

    /** One line at WARN or above. */
    private record Kept(long number, long threadId, String line) {}

    private final Object lock = new Object();
    private final ArrayDeque<Kept> kept = new ArrayDeque<>();
    private final StringBuilder line = new StringBuilder();
    private int lineLevel = INFO;
    private long next;

    /** A C function pointer of type ggml_log_callback that stays valid until the process ends. */
    MemorySegment stub() {
        try {
            MethodHandle target = MethodHandles.lookup()
                    .findVirtual(
                            NativeLog.class,
                            "upcall",
                            MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class))
                    .bindTo(this);
            // The library's log state is global and outlives every model, hence the global arena.
            return Linker.nativeLinker()
                    .upcallStub(
                            target,
                            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                            Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unused") // called by the library through stub()
    private void upcall(int level, MemorySegment text, MemorySegment userData) {
        try {
            accept(level, Strings.read(text));
        } catch (Throwable e) {
            // Deliberately all: see the class comment. There is nowhere left to report a failing logger to.
        }
    }

    /** One piece of text; it need not be a whole line. */
    void accept(int level, String text) {
        synchronized (lock) {
            if (level != CONTINUE) {
                flush();
                lineLevel = level;
            }
            int from = 0;
            for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
                line.append(text, from, end);
                flush();
                from = end + 1;
            }
            line.append(text, from, text.length());
            if (line.length() > LONGEST_LINE) {
                flush();
            }
        }
    }

    private void flush() {
        String whole = line.toString().stripTrailing();
        line.setLength(0);
        if (whole.isEmpty()) {
            return;
        }
        if (lineLevel == WARN || lineLevel == ERROR) {
            kept.addLast(new Kept(next++, Thread.currentThread().threadId(), whole));
            if (kept.size() > KEPT) {
                kept.removeFirst();
            }
        }
        switch (lineLevel) {
            case ERROR -> LOG.error(whole);
            case WARN -> LOG.warn(whole);
            case INFO -> LOG.info(whole);
            case DEBUG -> LOG.debug(whole);
            default -> LOG.trace(whole);
        }
    }

    /** A point in the log, for {@link #since}. */
    long mark() {
        synchronized (lock) {
            return next;
        }
    }

    /** The warnings and errors that this thread caused since the mark, in order, as far as they are still kept. */
    List<String> since(long mark) {
        List<String> lines = new ArrayList<>();
        synchronized (lock) {
            flush();
            for (Kept k : kept) {
                if (k.number >= mark && k.threadId == Thread.currentThread().threadId()) {
                    lines.add(k.line);
                }
            }
        }
        return lines;
    }
}
