package dev.unbusy.engine;

import dev.unbusy.llama.Context;
import dev.unbusy.llama.KvSnapshot;
import dev.unbusy.scheduler.KvOperation;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Does to the native cache what the scheduler has decided, and holds what is parked. Owned by the engine's thread. */
final class KvOperations implements AutoCloseable {
    /** Room for one long prompt is made by discarding a few short ones; more than that only holds memory. */
    private static final int MOST_SPARE = 2;

    private final Context context;
    private final KvSnapshot between = new KvSnapshot();
    private final Map<Integer, KvSnapshot> parked = new HashMap<>();
    /** Discarded, for the next that is parked. */
    private final Deque<KvSnapshot> spare = new ArrayDeque<>();

    /** Slot whose content {@link #between} holds, −1 if none that is sure. */
    private int copied = -1;

    KvOperations(Context context) {
        this.context = context;
    }

    void perform(List<KvOperation> operations) {
        copied = -1;
        for (int i = 0; i < operations.size(); i++) {
            perform(operations.get(i));
        }
    }

    private void perform(KvOperation operation) {
        switch (operation) {
            case KvOperation.Share share ->
                context.copyTokens(share.from(), share.to(), share.fromPosition(), share.toPosition());
            case KvOperation.Copy copy -> {
                if (copied != copy.from()) {
                    context.save(copy.from(), between);
                    copied = copy.from();
                }
                restore(copy.to(), between, copy.length());
            }
            case KvOperation.Remove remove -> {
                context.removeTokens(remove.slot(), remove.fromPosition(), -1);
                changed(remove.slot());
            }
            case KvOperation.Park park -> {
                KvSnapshot snapshot = spare.isEmpty() ? new KvSnapshot() : spare.pop();
                context.save(park.slot(), snapshot);
                parked.put(park.place(), snapshot);
            }
            case KvOperation.Unpark unpark -> restore(unpark.slot(), at(unpark.place()), unpark.length());
            case KvOperation.Discard discard -> {
                keep(at(discard.place()));
                parked.remove(discard.place());
            }
        }
    }

    /** The largest ones: they fit whatever comes. */
    private void keep(KvSnapshot snapshot) {
        spare.push(snapshot);
        if (spare.size() > MOST_SPARE) {
            KvSnapshot least = Collections.min(spare, Comparator.comparingLong(KvSnapshot::capacityBytes));
            spare.remove(least);
            least.close();
        }
    }

    private void restore(int slot, KvSnapshot snapshot, int length) {
        if (!context.restore(slot, snapshot, length)) {
            throw new IllegalStateException("slot " + slot + " has no room for " + length + " tokens of a snapshot");
        }
        changed(slot);
    }

    private void changed(int slot) {
        if (copied == slot) {
            copied = -1;
        }
    }

    private KvSnapshot at(int place) {
        KvSnapshot snapshot = parked.get(place);
        if (snapshot == null) {
            throw new IllegalStateException("nothing is parked at place " + place);
        }
        return snapshot;
    }

    @Override
    public void close() {
        between.close();
        parked.values().forEach(KvSnapshot::close);
        parked.clear();
        spare.forEach(KvSnapshot::close);
        spare.clear();
    }
}
