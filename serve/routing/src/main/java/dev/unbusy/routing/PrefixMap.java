package dev.unbusy.routing;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which worker is thought to have which beginnings of prompts in its KV cache, by what this gateway sent there. Not
 * thread-safe: it belongs to whoever holds the lock under which workers are chosen. A match costs six look-ups, a dispatch
 * one per block.
 *
 * <ol>
 *   <li>A worker that is sent a prompt has all its blocks from then on. They are marked as used from the last to the first,
 *       so a block is never older than one behind it.
 *   <li>Beyond the worker's budget the least recently used blocks are dropped, as the worker itself does. By 1 the end of a
 *       prompt goes before its beginning, so the blocks held of a prompt are always its first ones.
 *   <li>When the answer says how much was cached, a worker's trust moves towards the share of the expectation that came
 *       true, and matches count by the trust: a worker that caches nothing stops attracting after a few answers.
 *   <li>Where less than half came true and a good part of the budget has passed through the worker since the prefix was last
 *       used, the worker has evicted it, and with it whatever was used as long ago: all that is dropped. A younger one may
 *       just not have been finished when the next came, which says nothing about the rest.
 * </ol>
 */
public final class PrefixMap {
    /** Trust moves by this share of the difference at each answer. */
    private static final double LEARNING = 0.25;

    /** An expectation that came true to this share is met: blocks, templates and tokens do not line up exactly. */
    private static final double MET = 0.75;

    private final long usualBudgetBytes;
    private final Map<String, Worker> workers = new HashMap<>();

    /**
     * @param budgetBytes of prompt that a worker's KV cache is thought to hold, where {@link #budget} says nothing else;
     *     about four times its cells
     */
    public PrefixMap(long budgetBytes) {
        this.usualBudgetBytes = checked(budgetBytes);
    }

    /** Says how many bytes of prompt one worker's KV cache holds, from the cells that it publishes. */
    public void budget(String workerId, long bytes) {
        Worker worker = worker(workerId);
        worker.budgetBytes = checked(bytes);
        worker.recent.shrinkTo(bytes);
    }

    /** Bytes from the start of the prompt that the worker was sent before and is thought to hold still. */
    public long matchedBytes(String workerId, PrefixKeys keys) {
        Worker worker = workers.get(workerId);
        return worker == null ? 0 : PrefixKeys.bytesOf(worker.matchedBlocks(keys));
    }

    /**
     * Tokens of the prompt that the worker is expected not to compute.
     *
     * @param promptTokens estimated tokens of the whole prompt, taken to be spread evenly over its bytes
     */
    public long expectedTokens(String workerId, PrefixKeys keys, long promptTokens) {
        Worker worker = workers.get(workerId);
        if (worker == null || keys.promptBytes() == 0) {
            return 0;
        }
        long bytes = PrefixKeys.bytesOf(worker.matchedBlocks(keys));
        return (long) (worker.trust * tokens(bytes, keys, promptTokens)); // 3
    }

    /** The worker is sent this prompt now. The result is for {@link #observed}, once the answer says what was cached. */
    public Sent sent(String workerId, PrefixKeys keys) {
        Worker worker = worker(workerId);
        int matched = worker.matchedBlocks(keys);
        long usedAt = matched == 0 ? worker.sentBytes : worker.recent.usedAt(keys.hash(matched - 1));
        Sent sent = new Sent(worker, keys, PrefixKeys.bytesOf(matched), usedAt, worker.sentBytes - usedAt);
        worker.sentBytes += keys.promptBytes();
        // 1
        for (int block = keys.blocks() - 1; block >= 0; block--) {
            worker.recent.use(keys.hash(block), block, worker.sentBytes);
        }
        // 2
        worker.recent.shrinkTo(worker.budgetBytes);
        return sent;
    }

    /**
     * The answer's usage: corrects what is believed of its worker. Does nothing where that worker was forgotten since. Not
     * to be called where the answer does not say.
     *
     * @param promptTokens of the whole prompt
     * @param cachedTokens those of them that the worker did not have to compute
     */
    public void observed(Sent sent, long promptTokens, long cachedTokens) {
        double expected = tokens(sent.matchedBytes, sent.keys, promptTokens);
        if (expected < 1) {
            return; // nothing was expected, so nothing is learnt
        }
        double cameTrue = cachedTokens / expected;
        Worker worker = sent.worker;
        // 3
        worker.trust += LEARNING * ((cameTrue >= MET ? 1 : cameTrue) - worker.trust);
        // 4
        if (cameTrue < 0.5 && sent.passedBytes >= worker.budgetBytes / 4) {
            worker.recent.dropUsedUntil(sent.usedAt);
        }
    }

    /** The worker was restarted or removed: its cache is gone. */
    public void forget(String workerId) {
        workers.remove(workerId);
    }

    /** Bytes that one worker is thought to hold; never more than its budget. */
    public long heldBytes(String workerId) {
        Worker worker = workers.get(workerId);
        return worker == null ? 0 : worker.recent.bytes();
    }

    private Worker worker(String workerId) {
        @Nullable Worker known = workers.get(workerId);
        if (known != null) {
            return known;
        }
        Worker worker = new Worker(usualBudgetBytes);
        workers.put(workerId, worker);
        return worker;
    }

    private static double tokens(long bytes, PrefixKeys keys, long promptTokens) {
        return keys.promptBytes() == 0 ? 0 : (double) promptTokens * bytes / keys.promptBytes();
    }

    private static long checked(long budgetBytes) {
        if (budgetBytes < 0) {
            throw new IllegalArgumentException("a cache does not hold " + budgetBytes + " bytes");
        }
        return budgetBytes;
    }

    /** One dispatch, and what was expected of it. */
    public static final class Sent {
        private final Worker worker;
        private final PrefixKeys keys;
        private final long matchedBytes;
        /** When the end of the match was last used before; counted as {@link Worker#sentBytes}. */
        private final long usedAt;
        /** Prompts sent to the worker since then. */
        private final long passedBytes;

        private Sent(Worker worker, PrefixKeys keys, long matchedBytes, long usedAt, long passedBytes) {
            this.worker = worker;
            this.keys = keys;
            this.matchedBytes = matchedBytes;
            this.usedAt = usedAt;
            this.passedBytes = passedBytes;
        }
    }

    private static final class Worker {
        private final RecentBlocks recent = new RecentBlocks();
        private long budgetBytes;
        /** Bytes of all prompts sent to it: the time of this class. */
        private long sentBytes;

        private double trust = 1;

        private Worker(long budgetBytes) {
            this.budgetBytes = budgetBytes;
        }

        /** By binary search, since the blocks held of a prompt are its first ones. */
        private int matchedBlocks(PrefixKeys keys) {
            int held = 0;
            int missing = keys.blocks() + 1;
            while (missing - held > 1) {
                int middle = (held + missing) >>> 1;
                if (recent.holds(keys.hash(middle - 1))) {
                    held = middle;
                } else {
                    missing = middle;
                }
            }
            return held;
        }
    }
}
