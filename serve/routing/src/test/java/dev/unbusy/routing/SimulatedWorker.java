package dev.unbusy.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A worker in virtual time that batches continuously: each step gives every running request one token and computes prompts
 * in the room that is left. Its KV cache holds whole blocks of prompts, the least recently used ones are evicted, and what
 * running requests have produced takes cells from it.
 */
final class SimulatedWorker {
    static final int BLOCK_TOKENS = 64;
    private static final int STEP_TOKENS = 512;

    final String id;
    final OutstandingWork outstanding = new OutstandingWork();
    private final int places;
    private final int cells;
    private final double slowness;
    private final ArrayDeque<Running> waiting = new ArrayDeque<>();
    private final List<Running> running = new ArrayList<>();
    /** Hashes of prompts to the ends of their blocks, in the order of their use. */
    private final LinkedHashMap<Long, Boolean> cache = new LinkedHashMap<>(16, 0.75f, true);

    int mostWaiting;
    private int taken;

    /** @param cells tokens that the KV cache holds */
    SimulatedWorker(String id, int places, int cells, double slowness) {
        this.id = id;
        this.places = places;
        this.cells = cells;
        this.slowness = slowness;
    }

    int places() {
        return places;
    }

    int waiting() {
        return waiting.size();
    }

    double kvFreeShare() {
        return Math.clamp(1 - (double) reserved() / cells, 0, 1);
    }

    boolean isIdle() {
        return running.isEmpty() && waiting.isEmpty();
    }

    /** Requests that it was ever sent. */
    int taken() {
        return taken;
    }

    void take(Running request) {
        taken++;
        waiting.add(request);
        mostWaiting = Math.max(mostWaiting, waiting.size());
    }

    /** Computes one step that begins now. @return when it ends, in milliseconds */
    double step(double nowMillis) {
        int decoding = 0;
        for (Running request : running) {
            decoding += request.isPrefilled() ? 1 : 0;
        }
        int room = STEP_TOKENS - decoding;
        List<Running> decoded = new ArrayList<>();
        for (Running request : running) {
            room -= request.isPrefilled() ? 0 : prefill(request, room);
            if (request.isPrefilled()) {
                decoded.add(request); // the last chunk of a prompt gives the first token
            }
        }
        while (room > 0 && hasPlaceAndCells()) {
            Running request = waiting.remove();
            request.cachedTokens = Math.min(matched(request.prompt), request.promptTokens - 1);
            request.computedTokens = request.cachedTokens;
            running.add(request);
            room -= prefill(request, room);
            if (request.isPrefilled()) {
                decoded.add(request);
            }
        }
        int prefilled = STEP_TOKENS - decoding - room;
        // 10 ms for the weights, 0.5 ms per decoded token, 0.125 ms per prompt token: the ratio that Works
        // assumes.
        double end = nowMillis + slowness * (10 + 0.5 * decoding + 0.125 * prefilled);
        for (Running request : decoded) {
            if (request.outputTokens == 0) {
                request.firstTokenMillis = end;
            }
            request.outputTokens++;
            request.lease.produced(1);
        }
        shrink();
        return end;
    }

    private boolean hasPlaceAndCells() {
        if (waiting.isEmpty() || running.size() >= places) {
            return false;
        }
        Running next = waiting.peek();
        int needed = next.promptTokens - matched(next.prompt) + next.wantedTokens;
        return running.isEmpty() || reserved() + needed <= cells;
    }

    /** Computes the next chunk of a prompt; what is computed can be shared from then on. @return its tokens */
    private int prefill(Running request, int room) {
        int chunk = Math.min(room, request.promptTokens - request.computedTokens);
        request.computedTokens += chunk;
        remember(request.prompt, request.computedTokens / BLOCK_TOKENS);
        return chunk;
    }

    /** Takes out what is finished. */
    List<Running> finished() {
        List<Running> done = new ArrayList<>();
        for (Iterator<Running> it = running.iterator(); it.hasNext(); ) {
            Running request = it.next();
            if (request.outputTokens >= request.wantedTokens) {
                it.remove();
                request.lease.release();
                done.add(request);
            }
        }
        return done;
    }

    private int matched(long[] prompt) {
        int blocks = 0;
        while (blocks < prompt.length && cache.get(prompt[blocks]) != null) {
            blocks++;
        }
        return blocks * BLOCK_TOKENS;
    }

    private void remember(long[] prompt, int blocks) {
        for (int i = blocks - 1; i >= 0; i--) {
            cache.put(prompt[i], true);
        }
    }

    /** Cells of what running requests have produced; their prompts are in the cache. */
    private int produced() {
        return running.stream().mapToInt(request -> request.outputTokens).sum();
    }

    /** Cells that running requests fill when they end, beyond what they found in the cache. */
    private int reserved() {
        return running.stream()
                .mapToInt(request -> request.promptTokens - request.cachedTokens + request.wantedTokens)
                .sum();
    }

    private void shrink() {
        int most = Math.max(0, cells - produced()) / BLOCK_TOKENS;
        if (cache.size() <= most) {
            return;
        }
        for (Running request : running) {
            remember(request.prompt, request.computedTokens / BLOCK_TOKENS); // what is in use is evicted last
        }
        Iterator<Map.Entry<Long, Boolean>> it = cache.entrySet().iterator();
        while (cache.size() > most && it.hasNext()) {
            it.next();
            it.remove();
        }
    }

    /** One request at its worker. */
    static final class Running {
        final long[] prompt;
        final int promptTokens;
        final int wantedTokens;
        final double arrivalMillis;
        final OutstandingWork.Lease lease;
        final PrefixMap.Sent sent;
        int cachedTokens;
        int computedTokens;
        int outputTokens;
        double firstTokenMillis;

        boolean isPrefilled() {
            return computedTokens == promptTokens;
        }

        Running(SimulatedLoad.Request request, double arrivalMillis, OutstandingWork.Lease lease, PrefixMap.Sent sent) {
            this.prompt = request.blocks;
            this.promptTokens = request.promptTokens;
            this.wantedTokens = request.outputTokens;
            this.arrivalMillis = arrivalMillis;
            this.lease = lease;
            this.sent = sent;
        }
    }
}
