package dev.unbusy.catalog;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How fast this machine reads memory: an estimate, from a short run with others possibly working at the same time.
 *
 * @param bytesPerSecond bytes read per second by all threads together
 * @param how how it was found, in English
 */
public record MemoryBandwidth(double bytesPerSecond, String how) {
    private static final long SLICE_BYTES = 64L << 20;
    private static final int PASSES = 10;

    /**
     * Reads {@code 64 MiB} per thread several times and takes the fastest pass. Takes about a tenth of a second; result
     * null if the memory for it cannot be had.
     *
     * @param threads how many threads read at the same time
     */
    public static @Nullable MemoryBandwidth measure(int threads) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(SLICE_BYTES * threads, 64);
            double best = 0;
            LongAdder sink = new LongAdder();
            for (int pass = 0; pass < PASSES; pass++) {
                best = Math.max(best, pass(memory, threads, sink));
            }
            return new MemoryBandwidth(
                    best, "estimate: " + threads + " threads reading 64 MiB each, fastest of " + PASSES + " passes");
        } catch (OutOfMemoryError | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return null;
        }
    }

    private static double pass(MemorySegment memory, int threads, LongAdder sink) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(threads);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            MemorySegment slice = memory.asSlice(i * SLICE_BYTES, SLICE_BYTES);
            workers.add(
                    Thread.ofPlatform().daemon().name("memory-bandwidth-" + i).start(() -> {
                        ready.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            return;
                        }
                        sink.add(sum(slice));
                    }));
        }
        ready.await();
        long start = System.nanoTime();
        go.countDown();
        for (Thread worker : workers) {
            worker.join();
        }
        return SLICE_BYTES * (double) threads * 1e9 / Math.max(1, System.nanoTime() - start);
    }

    /** Four sums side by side, so that the loop waits for memory and not for the addition before. */
    private static long sum(MemorySegment slice) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        int longs = (int) (slice.byteSize() / 8);
        for (int i = 0; i < longs; i += 4) {
            a += slice.getAtIndex(ValueLayout.JAVA_LONG, i);
            b += slice.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
            c += slice.getAtIndex(ValueLayout.JAVA_LONG, i + 2);
            d += slice.getAtIndex(ValueLayout.JAVA_LONG, i + 3);
        }
        return a + b + c + d;
    }
}
