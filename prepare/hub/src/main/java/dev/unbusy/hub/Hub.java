package dev.unbusy.hub;

import dev.unbusy.catalog.HostProbe;
import dev.unbusy.catalog.ModelCatalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The way in: everything that is fetched and kept, over one cache directory. Opening it costs a few milliseconds and
 * touches no network. Thread-safe. Close it to end the threads of its HTTP client, which exist only after a pull.
 */
public final class Hub implements AutoCloseable {
    /** Environment variables that hold the hubs' access tokens: for whoever starts a process that must not see them. */
    public static final Set<String> TOKEN_VARIABLES = HubTokens.VARIABLES;

    /** Longest time that asking the hubs may take where the starter model is the alternative. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(3);
    /** The same where a model was asked for and nothing else will do. */
    private static final Duration PULL_PROBE_LIMIT = Duration.ofSeconds(15);

    /** Seconds without a byte, and attempts, where the starter model is the alternative. */
    private static final int HURRY_SECONDS = 3;

    private static final int HURRY_TRIES = 2;

    private final Map<String, String> environment;
    private final HubConfig config;
    private final CacheDirectory cache;
    private final ModelCatalog catalog;
    private final ModelStore store;
    private final NativeLibraries natives;
    private final StarterModel starter;
    private final Endpoints endpoints;
    private final HubTokens tokens;
    private final Once<HubHttp> http;
    private final Once<HubHttp> hurriedHttp;
    private final Commands.Real commands = new Commands.Real();

    private Hub(HubConfig config, Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
        this.config = config;
        this.cache = CacheDirectory.open(config.cacheDirectory(), environment);
        this.catalog = ModelCatalog.load();
        this.store = new ModelStore(cache.models(), catalog);
        this.natives = new NativeLibraries(cache, commands, new NvidiaProbe(Path.of("/"), this.environment));
        this.starter = new StarterModel(cache, store, catalog, commands, Pause.REAL);
        this.endpoints = Endpoints.of(config, environment);
        this.tokens = HubTokens.of(endpoints, environment);
        this.http = new Once<>(() -> new HubHttp(config, tokens, this.environment));
        this.hurriedHttp = new Once<>(() -> new HubHttp(hurried(config), tokens, this.environment));
    }

    /**
     * @param environment the process environment ({@code System.getenv()}): cache directory, endpoints, tokens, proxies
     * @throws HubException {@code permission-denied} if the cache directory cannot be written to,
     *     {@code hub-endpoint-invalid}
     */
    public static Hub open(HubConfig config, Map<String, String> environment) {
        return new Hub(config, environment);
    }

    public CacheDirectory cache() {
        return cache;
    }

    public ModelCatalog catalog() {
        return catalog;
    }

    public ModelStore models() {
        return store;
    }

    public NativeLibraries natives() {
        return natives;
    }

    public StarterModel starter() {
        return starter;
    }

    public ModelPuller puller() {
        return puller(config, http, () -> reachability(PULL_PROBE_LIMIT));
    }

    public ModelProvider provider() {
        Once<HubReachability> asked = new Once<>(this::reachability);
        return new ModelProvider(
                store,
                catalog,
                puller(),
                puller(hurried(config), hurriedHttp, asked),
                starter,
                DiskSpace.REAL,
                asked,
                HostProbe::read,
                HostProbe::readAll);
    }

    /** @param listing the patience with which a hub is asked what it has; a download that has begun gets all of it */
    private ModelPuller puller(HubConfig listing, Supplier<HubHttp> listingHttp, Supplier<HubReachability> reachable) {
        HubClient client = new HubClient(listing, endpoints, tokens, listingHttp, Pause.REAL, catalog);
        OfferFetch fetch = new OfferFetch(cache, store, http, config, Pause.REAL, DiskSpace.REAL, PartFile.REAL);
        return new ModelPuller(store, catalog, client, fetch, starter, reachable, HostProbe::read);
    }

    private static HubConfig hurried(HubConfig config) {
        return new HubConfig(
                config.cacheDirectory(),
                config.huggingFaceEndpoint(),
                config.modelScopeEndpoint(),
                Math.min(HURRY_SECONDS, config.connectTimeoutSeconds()),
                Math.min(HURRY_SECONDS, config.stallTimeoutSeconds()),
                Math.min(HURRY_TRIES, config.downloadTries()),
                Math.min(HURRY_SECONDS, config.maxWaitSeconds()));
    }

    /** Asks both hubs at the same time; at most three seconds. */
    public HubReachability reachability() {
        return reachability(PROBE_LIMIT);
    }

    private HubReachability reachability(Duration limit) {
        return new HubProbe(endpoints, tokens, environment, limit).probe();
    }

    /** Ends what runs: transfers, and the package managers that were started. */
    @Override
    public void close() {
        http.ifMade(HubHttp::close);
        hurriedHttp.ifMade(HubHttp::close);
        commands.close();
    }
}
