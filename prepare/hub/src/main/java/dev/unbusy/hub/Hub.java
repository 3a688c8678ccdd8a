package dev.unbusy.hub;

import java.util.Map;

/** The way in: everything that is fetched and kept, over one cache directory. Cheap to open; touches no network. */
public final class Hub {
    private final CacheDirectory cache;
    private final ModelStore store;

    private Hub(HubConfig config, Map<String, String> environment) {
        this.cache = CacheDirectory.open(config.cacheDirectory(), environment);
        this.store = new ModelStore(cache.models());
    }

    /**
     * @param environment the process environment ({@code System.getenv()}): cache directory, endpoints, tokens, proxies
     * @throws HubException {@code permission-denied} if the cache directory cannot be written to
     */
    public static Hub open(HubConfig config, Map<String, String> environment) {
        return new Hub(config, environment);
    }

    public CacheDirectory cache() {
        return cache;
    }

    public ModelStore models() {
        return store;
    }

    public NativeLibraries natives() {
        return new NativeLibraries();
    }

    public ModelPuller puller() {
        return new ModelPuller();
    }

    public StarterModel starter() {
        return new StarterModel();
    }

    public ModelProvider provider() {
        return new ModelProvider();
    }

    /** Asks both hubs at the same time; at most three seconds. */
    public HubReachability reachability() {
        return new HubReachability(false, false, dev.unbusy.text.Text.same("not built yet"));
    }
}
