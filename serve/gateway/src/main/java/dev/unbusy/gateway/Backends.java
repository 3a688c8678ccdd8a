package dev.unbusy.gateway;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The registry of backends: the supervisor (or whoever knows the servers) writes it, the gateway reads it. Thread-safe:
 * writers exclude each other, readers take an immutable {@link Snapshot} without a lock.
 */
public final class Backends {
    private final Map<String, Entry> byId = new TreeMap<>();
    private final List<Consumer<Snapshot>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, PublishedLoad> loads = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, PublishedLoad>> loadListeners = new CopyOnWriteArrayList<>();
    private long version;
    // Published to event loops; every write happens under this object's lock.
    private volatile Snapshot snapshot = new Snapshot(List.of());

    /**
     * A backend with the number of the write that put it there: a failure seen at one version says nothing about the
     * backend after its next change.
     */
    record Entry(Backend backend, long version) {}

    /** All backends at one moment, ordered by id. */
    public static final class Snapshot {
        private final List<Entry> entries;

        private Snapshot(List<Entry> entries) {
            this.entries = entries;
        }

        List<Entry> entries() {
            return entries;
        }

        public List<Backend> backends() {
            return entries.stream().map(Entry::backend).toList();
        }

        @Nullable
        Backend backend(String id) {
            for (Entry entry : entries) {
                if (entry.backend().id().equals(id)) {
                    return entry.backend();
                }
            }
            return null;
        }
    }

    /** Adds a backend or replaces the one with the same id. */
    public void put(Backend backend) {
        change(() -> byId.put(backend.id(), new Entry(backend, ++version)));
    }

    /** @return false where no backend has that id */
    public boolean setState(String id, Backend.State state, String reason) {
        boolean[] found = {false};
        change(() -> {
            Entry old = byId.get(id);
            if (old != null) {
                found[0] = true;
                byId.put(id, new Entry(old.backend().in(state, reason), ++version));
            }
        });
        return found[0];
    }

    /** Removes a backend; what runs on it is not touched. An unknown id is no error. */
    public void remove(String id) {
        change(() -> byId.remove(id));
        loads.remove(id);
    }

    /** What is known of a backend's load now. It changes nothing of the backend: a failure of it is still one. */
    public void publish(String id, PublishedLoad load) {
        loads.put(id, load);
        for (BiConsumer<String, PublishedLoad> listener : loadListeners) {
            listener.accept(id, load);
        }
    }

    /** Null where nothing has been published. */
    @Nullable
    PublishedLoad load(String id) {
        return loads.get(id);
    }

    /** Calls {@code listener} after each {@link #publish}, on the thread that published. */
    void addLoadListener(BiConsumer<String, PublishedLoad> listener) {
        loadListeners.add(listener);
    }

    void removeLoadListener(BiConsumer<String, PublishedLoad> listener) {
        loadListeners.remove(listener);
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Calls {@code listener} after each change, on the thread that made it, in the order of the changes and under the
     * registry's lock: it must be quick and must not wait for anything.
     */
    public void addListener(Consumer<Snapshot> listener) {
        listeners.add(listener);
    }

    public void removeListener(Consumer<Snapshot> listener) {
        listeners.remove(listener);
    }

    private synchronized void change(Runnable write) {
        write.run();
        Snapshot next = new Snapshot(List.copyOf(byId.values()));
        snapshot = next;
        for (Consumer<Snapshot> listener : listeners) {
            listener.accept(next);
        }
    }
}
