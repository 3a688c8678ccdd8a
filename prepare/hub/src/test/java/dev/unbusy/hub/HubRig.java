package dev.unbusy.hub;

import dev.unbusy.catalog.HostFacts;
import dev.unbusy.catalog.ModelCatalog;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Everything that a pull needs, over a {@link FakeHub} and a temporary cache, with waits recorded instead of waited. */
final class HubRig implements AutoCloseable {
    static final String TOKEN = "hf_verySecretToken";
    static final int TRIES = 4;

    final FakeHub fake = new FakeHub();
    final List<Duration> waits = new CopyOnWriteArrayList<>();
    final List<Text> shown = new CopyOnWriteArrayList<>();
    final Progress progress = (task, done, total, unit) -> {
        if (shown.isEmpty() || !shown.getLast().equals(task)) {
            shown.add(task);
        }
    };
    Runnable onWait = () -> {};
    final CacheDirectory cache;
    final ModelCatalog catalog = ModelCatalog.load();
    final ModelStore store;
    DiskSpace space = directory -> 1L << 40;
    PartFile.Opener opener = PartFile.REAL;
    HubReachability reachable = new HubReachability(true, true, Text.same("test"));

    private final HubConfig config;
    private final Endpoints endpoints;
    private final HubTokens tokens;
    private final HubHttp http;

    private final Pause pause = new Pause() {
        @Override
        public void pause(Duration duration) {
            waits.add(duration);
            onWait.run();
        }

        @Override
        public Instant now() {
            return Instant.parse("2026-01-01T00:00:00Z");
        }
    };

    HubRig(Path folder, Map<String, String> environment) {
        Map<String, String> all = new TreeMap<>(environment);
        all.put("XDG_CACHE_HOME", folder.toString());
        all.put("HOME", folder.toString());
        config = new HubConfig(null, fake.endpoint().toString(), fake.endpoint().toString(), 5, 5, TRIES, 60);
        cache = CacheDirectory.open(null, all);
        store = new ModelStore(cache.models(), catalog);
        endpoints = Endpoints.of(config, all);
        tokens = HubTokens.of(endpoints, all);
        http = new HubHttp(tokens, all, Duration.ofSeconds(5), Duration.ofMillis(700));
    }

    ModelPuller puller() {
        HubClient client = new HubClient(config, endpoints, tokens, () -> http, pause, catalog);
        OfferFetch fetch = new OfferFetch(cache, store, () -> http, config, pause, space, opener);
        StarterModel starter = new StarterModel(
                cache,
                store,
                catalog,
                (command, directory, limit) -> new Commands.Result(1, "not in this test"),
                pause);
        Bytes memory = Bytes.gibi(16);
        HostFacts host = new HostFacts(4, 4, null, memory, memory, null, null, List.of());
        return new ModelPuller(store, catalog, client, fetch, starter, () -> reachable, () -> host);
    }

    Pulled pull(String name) {
        return puller().pull(puller().reference(name), PullOptions.DEFAULT, progress);
    }

    Path modelFile(String repository, String name) {
        return store.folder(repository).resolve(name);
    }

    /** A model that passes all checks, with so many bytes of weights. */
    static byte[] gguf(int weightBytes, long seed) {
        byte[] weights = new byte[weightBytes / 32 * 32];
        new Random(seed).nextBytes(weights);
        ByteBuffer out = ByteBuffer.allocate(4096 + weights.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(1).putLong(8);
        string(out, "general.architecture", "qwen2");
        number(out, "qwen2.block_count", 1);
        number(out, "qwen2.context_length", 512);
        number(out, "qwen2.embedding_length", 32);
        number(out, "qwen2.attention.head_count", 2);
        string(out, "tokenizer.ggml.model", "llama");
        number(out, "tokenizer.ggml.eos_token_id", 1);
        text(out, "tokenizer.ggml.tokens");
        out.putInt(9).putInt(8).putLong(2);
        text(out, "a");
        text(out, "b");
        text(out, "token_embd.weight");
        out.putInt(1).putLong(weights.length).putInt(24).putLong(0);
        while (out.position() % 32 != 0) {
            out.put((byte) 0);
        }
        out.put(weights);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static void string(ByteBuffer out, String key, String value) {
        text(out, key);
        out.putInt(8);
        text(out, value);
    }

    private static void number(ByteBuffer out, String key, int value) {
        text(out, key);
        out.putInt(4).putInt(value);
    }

    private static void text(ByteBuffer out, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.putLong(bytes.length).put(bytes);
    }

    @Override
    public void close() {
        http.close();
        fake.close();
    }
}
