package dev.unbusy.catalog;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * How fast this machine moves memory: an estimate, from a short run with others possibly working at the same time.
 *
 * @param bytesPerSecond bytes read and written per second by all threads together
 * @param how how it was found, in English
 */
public record MemoryBandwidth(double bytesPerSecond, String how) {
    private static final long SLICE_BYTES = 64L << 20;
    private static final int PASSES = 20;

    /**
     * Copies half of {@code 64 MiB} to the other half in each thread, several times, and takes the fastest pass; as STREAM
     * does, what is read and what is written both count. Copying is native code from the first call on: a loop in Java runs
     * interpreted for as long as the compiler has other work, which while starting is long, and was seen to find 1.3 GB/s
     * on a machine that has 16. Takes about a tenth of a second; the result is null if the memory for it cannot be had.
     *
     * @param threads how many threads copy at the same time
     */
    public static @Nullable MemoryBandwidth measure(int threads) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(SLICE_BYTES * threads, 64);
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                best = Math.max(best, pass(memory, threads));
            }
            return new MemoryBandwidth(
                    best, "estimate: " + threads + " threads copying 32 MiB each, fastest of " + PASSES + " passes");
        } catch (OutOfMemoryError | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return null;
        }
    }

    private static double pass(MemorySegment memory, int threads) throws InterruptedException {
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
                        MemorySegment.copy(slice, 0, slice, SLICE_BYTES / 2, SLICE_BYTES / 2);
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
}
