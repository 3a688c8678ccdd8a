package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small deciding parts: references, offers, waits, proxies, endpoints, the cache directory. */
class HubPartsTest {
    @TempDir
    Path folder;

    @Test
    void reference_readsEveryForm() {
        assertThat(ModelReference.parse("hf:org/name@dev:Q8_0"))
                .isEqualTo(new ModelReference.Repository(
                        ModelReference.Hub.HUGGING_FACE, "org/name", "dev", "Q8_0", null));
        assertThat(ModelReference.parse("modelscope:org/name/sub/file-Q4_0.gguf"))
                .isEqualTo(new ModelReference.Repository(
                        ModelReference.Hub.MODELSCOPE, "org/name", null, null, "sub/file-Q4_0.gguf"));
        assertThat(ModelReference.parse("DeepSeek-R1-Distill-Qwen-7B:Q4_K_M"))
                .isEqualTo(new ModelReference.Named("DeepSeek-R1-Distill-Qwen-7B", "Q4_K_M", null));
        assertThat(ModelReference.parse("https://example.com/a/b.gguf"))
                .isEqualTo(new ModelReference.Address(URI.create("https://example.com/a/b.gguf")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a/b/c",
                "../x",
                "org/..",
                "org/name/../f.gguf",
                "https://user:pw@host/x.gguf",
                "https://host/page.html",
                "ftp://host/x.gguf",
                "org/name:Q4 K",
                "org//f.gguf"
            })
    void reference_ofSomethingElse_isRefusedWithAnExample(String text) {
        assertThatExceptionOfType(HubException.class)
                .isThrownBy(() -> ModelReference.parse(text))
                .satisfies(e -> assertThat(e.remedy().en()).contains("org/name:Q4_K_M"));
    }

    @ParameterizedTest
    @CsvSource({
        "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf, Q4_K_M",
        "model.Q8_0.gguf, Q8_0",
        "model.i1-IQ3_XXS.gguf, IQ3_XXS",
        "DeepSeek-R1-UD-Q2_K_XL/DeepSeek-R1-UD-Q2_K_XL-00001-of-00005.gguf, UD-Q2_K_XL",
        "BF16/model-00001-of-00002.gguf, BF16",
        "model-fp16.gguf, F16",
        "model-q4_0.gguf, Q4_0",
        "gpt-oss-MXFP4.gguf, MXFP4",
    })
    void quantization_isReadFromTheName(String path, String quantization) {
        assertThat(GgufOffer.quantization(path)).isEqualTo(quantization);
    }

    @Test
    void quantization_ofANameWithoutOne_isUnknown() {
        assertThat(GgufOffer.quantization("Qwen3-8B.gguf")).isNull();
    }

    @Test
    void offers_groupPartsAndLeaveOutWhatIsNoModel() {
        List<GgufOffer> offers = GgufOffer.of(List.of(
                file("m-Q8_0-00002-of-00002.gguf", 5L),
                file("m-Q8_0-00001-of-00002.gguf", 10L),
                file("m-Q4_K_M.gguf", 7L),
                file("mmproj-F16.gguf", 1L),
                file("m.imatrix.gguf", 1L),
                file("README.md", 1L),
                file("m-F16-00001-of-00003.gguf", 1L)));
        assertThat(offers).hasSize(2);
        GgufOffer split = offers.stream()
                .filter(offer -> offer.files().size() == 2)
                .findFirst()
                .orElseThrow();
        assertThat(split.label()).isEqualTo("m-Q8_0-00001-of-00002.gguf");
        assertThat(split.bytes()).isEqualTo(15);
    }

    @Test
    void chooser_takesTheUsualOneAndGoesSmallerWhereMemoryIsShort() {
        List<GgufOffer> offers =
                GgufOffer.of(List.of(file("m-Q8_0.gguf", 80L), file("m-Q4_K_M.gguf", 45L), file("m-Q3_K_M.gguf", 35L)));
        OfferChooser.Chosen usual = OfferChooser.choose(offers, null, null, null);
        assertThat(usual.offer().quantization()).isEqualTo("Q4_K_M");
        assertThat(usual.reason().en()).contains("usual balance");
        OfferChooser.Chosen small = OfferChooser.choose(offers, null, null, new Bytes(40));
        assertThat(small.offer().quantization()).isEqualTo("Q3_K_M");
        assertThat(small.reason().en()).contains("too large: Q4_K_M (45 B)");
        assertThat(OfferChooser.choose(offers, "q8_0", null, new Bytes(40))
                        .offer()
                        .quantization())
                .isEqualTo("Q8_0");
    }

    @Property
    void backoff_growsAndStaysBounded(
            @ForAll @IntRange(min = 1, max = 1000) int failures,
            @ForAll @DoubleRange(min = 0, max = 0.99) double random) {
        Duration wait = Backoff.after(failures, random);
        assertThat(wait).isBetween(Duration.ofMillis(250), Duration.ofSeconds(30));
        assertThat(Backoff.after(failures + 1, random)).isGreaterThanOrEqualTo(wait);
    }

    @Test
    void retryAfter_readsSecondsAndDates() {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(Backoff.retryAfter("12", now)).isEqualTo(Duration.ofSeconds(12));
        assertThat(Backoff.retryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now)).isEqualTo(Duration.ofMinutes(1));
        assertThat(Backoff.retryAfter("Wed, 01 Jan 2020 00:00:00 GMT", now)).isEqualTo(Duration.ZERO);
        assertThat(Backoff.retryAfter("soon", now)).isNull();
        assertThat(Backoff.retryAfter(null, now)).isNull();
    }

    @Test
    void proxy_followsTheEnvironment() {
        EnvironmentProxy proxy =
                new EnvironmentProxy(Map.of("HTTPS_PROXY", "http://proxy:3128", "no_proxy", "example.org,.internal"));
        assertThat(proxy.select(URI.create("https://hub.example.com/")).getFirst())
                .isEqualTo(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy", 3128)));
        for (String direct :
                new String[] {"https://www.example.org/", "https://a.internal/", "https://127.0.0.1/", "http://x/"}) {
            assertThat(proxy.select(URI.create(direct))).as(direct).containsExactly(Proxy.NO_PROXY);
        }
    }

    @Test
    void endpoints_comeFromTheConfigurationThenTheEnvironment() {
        Map<String, String> environment =
                Map.of("HF_ENDPOINT", "https://mirror.example/", "MODELSCOPE_DOMAIN", "scope.example");
        Endpoints endpoints = Endpoints.of(HubConfig.defaults(), environment);
        assertThat(endpoints.huggingFace()).isEqualTo(URI.create("https://mirror.example"));
        assertThat(endpoints.modelScope()).isEqualTo(URI.create("https://scope.example"));
        HubException e = catchThrowableOfType(
                HubException.class,
                () -> Endpoints.of(HubConfig.defaults(), Map.of("HF_ENDPOINT", "https://me:secret@host")));
        assertThat(e.text().en()).doesNotContain("secret");
    }

    @Test
    void token_goesToTheHubsOwnOriginOnly() {
        Endpoints endpoints = Endpoints.of(HubConfig.defaults(), Map.of());
        HubTokens tokens = HubTokens.of(endpoints, Map.of("HF_TOKEN", "abc", "HOME", folder.toString()));
        assertThat(tokens.headers(URI.create("https://HUGGINGFACE.co:443/x"))).isNotEmpty();
        for (String other : new String[] {
            "http://huggingface.co/",
            "https://huggingface.co.evil.example/",
            "https://huggingface.co:444/",
            "https://cdn.huggingface.co/"
        }) {
            assertThat(tokens.headers(URI.create(other))).as(other).isEmpty();
        }
        HubTokens smuggled = HubTokens.of(endpoints, Map.of("HF_TOKEN", "a\r\nX: y", "HOME", folder.toString()));
        assertThat(smuggled.headers(endpoints.huggingFace())).isEmpty();
    }

    @Test
    void token_isReadFromTheFileThatTheHubsToolWrites() throws IOException {
        Path file = folder.resolve(".cache/huggingface/token");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "fromfile\n");
        Endpoints endpoints = Endpoints.of(HubConfig.defaults(), Map.of());
        assertThat(HubTokens.of(endpoints, Map.of("HOME", folder.toString())).headers(endpoints.huggingFace()))
                .containsEntry("Authorization", "Bearer fromfile");
    }

    @Test
    void cache_thatCannotBeMade_namesTheFolderAndTheFix() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        HubException e = catchThrowableOfType(
                HubException.class, () -> CacheDirectory.open(null, Map.of("XDG_CACHE_HOME", file.toString())));
        assertThat(e.code()).isEqualTo("permission-denied");
        assertThat(e.text().en()).contains(file.toString());
        assertThat(e.remedy().en()).contains("XDG_CACHE_HOME");
    }

    @Test
    void lock_heldByAnotherThread_isWaitedForAndShown() throws Exception {
        CacheDirectory cache = CacheDirectory.open(null, Map.of("XDG_CACHE_HOME", folder.toString()));
        java.util.concurrent.CountDownLatch waiting = new java.util.concurrent.CountDownLatch(1);
        Thread second;
        try (CacheLock _ = cache.lock("x", Text.same("first"), Progress.NONE)) {
            second = Thread.ofPlatform().start(() -> {
                try (CacheLock _ =
                        cache.lock("x", Text.same("second"), (task, done, total, unit) -> waiting.countDown())) {
                    assertThat(waiting.getCount()).isZero();
                }
            });
            waiting.await();
            assertThat(second.isAlive()).isTrue();
        }
        second.join();
    }

    @Test
    void closingTheCommands_endsTheProgramThatRuns_andItsChildren() throws Exception {
        Path child = folder.resolve("child");
        Commands.Real commands = new Commands.Real();
        CompletableFuture<Commands.Result> run = CompletableFuture.supplyAsync(() -> {
            try {
                return commands.run(
                        List.of("sh", "-c", "sleep 300 & echo $! >child.new; mv child.new child; wait"),
                        folder,
                        Duration.ofMinutes(5));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!Files.exists(child)) {
            Thread.onSpinWait();
        }
        commands.close();
        boolean failed = run.handle((result, refused) -> refused != null || result.exitCode() != 0)
                .get(20, TimeUnit.SECONDS);
        assertThat(failed).isTrue();
        long pid = Long.parseLong(Files.readString(child).strip());
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void whatAKilledRunLeft_isSweptADayLater_andNothingElse() throws IOException {
        Path old = Files.createDirectory(folder.resolve(TemporaryDirectory.PREFIX + "old"));
        Files.writeString(old.resolve("wheel"), "x");
        Path young = Files.createDirectory(folder.resolve(TemporaryDirectory.PREFIX + "young"));
        Path model = Files.createDirectory(folder.resolve("model"));
        Instant longAgo = Instant.now().minus(Duration.ofDays(2));
        Files.setLastModifiedTime(old, FileTime.from(longAgo));
        Files.setLastModifiedTime(model, FileTime.from(longAgo));
        try (TemporaryDirectory mine = TemporaryDirectory.in(folder)) {
            assertThat(mine.path()).exists();
            assertThat(old).doesNotExist();
            assertThat(young).exists();
            assertThat(model).exists();
        }
    }

    @Test
    void probe_tellsWhichHubAnswersAndDoesNotWaitForTheOther() throws IOException {
        try (FakeHub fake = new FakeHub()) {
            fake.put("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "config.json", new byte[1]);
            HubConfig config = new HubConfig(null, fake.endpoint().toString(), "http://127.0.0.1:1", 1, 1, 1, 1);
            Endpoints endpoints = Endpoints.of(config, Map.of());
            HubReachability reachable = new HubProbe(
                            endpoints, HubTokens.of(endpoints, Map.of()), Map.of(), Duration.ofSeconds(20))
                    .probe();
            assertThat(reachable.huggingFace()).isTrue();
            assertThat(reachable.modelScope()).isFalse();
            assertThat(reachable.reason().en())
                    .contains("Hugging Face at " + fake.endpoint() + ": answers")
                    .contains("ModelScope at http://127.0.0.1:1: the connection is refused");
            assertThat(reachable.reason().zh()).contains("连接被拒绝");
        }
    }

    @Test
    void probe_ofHubsThatTakeTheRequestAndSayNothing_endsWithItsLimit() {
        try (FakeHub fake = new FakeHub()) {
            fake.silent = true;
            HubConfig config = new HubConfig(
                    null, fake.endpoint().toString(), fake.endpoint().toString(), 1, 1, 1, 1);
            Endpoints endpoints = Endpoints.of(config, Map.of());
            long start = System.nanoTime();
            HubReachability reachable = new HubProbe(
                            endpoints, HubTokens.of(endpoints, Map.of()), Map.of(), Duration.ofMillis(300))
                    .probe();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertThat(reachable.any()).isFalse();
            assertThat(reachable.reason().en()).contains("no answer").contains(fake.endpoint() + ":");
        }
    }

    @ParameterizedTest
    @CsvSource({"429, status 429", "500, status 500", "200, does not answer like a hub"})
    void probe_ofAHubThatAnswersWrongly_saysHow(int status, String said) {
        try (FakeHub fake = new FakeHub()) {
            fake.hubStatus = status;
            HubConfig config = new HubConfig(
                    null, fake.endpoint().toString(), fake.endpoint().toString(), 1, 1, 1, 1);
            Endpoints endpoints = Endpoints.of(config, Map.of());
            HubReachability reachable = new HubProbe(
                            endpoints, HubTokens.of(endpoints, Map.of()), Map.of(), Duration.ofSeconds(20))
                    .probe();
            assertThat(reachable.any()).isFalse();
            assertThat(reachable.reason().en()).contains(said);
        }
    }

    @Test
    void networkFailure_tellsANameFromAPort() {
        IOException wrapped = new IOException("x", new java.net.ConnectException());
        assertThat(NetworkFailure.of(wrapped).en()).contains("refused");
        IOException name = new java.net.ConnectException();
        name.initCause(new java.nio.channels.UnresolvedAddressException());
        assertThat(NetworkFailure.of(name).en()).contains("name cannot be resolved");
        assertThat(NetworkFailure.of(new javax.net.ssl.SSLHandshakeException("no trust"))
                        .en())
                .contains("secure")
                .contains("no trust");
    }

    @Test
    void probe_ofAMirrorWithoutTheWellKnownModel_countsItAsReached() {
        try (FakeHub fake = new FakeHub()) {
            HubConfig config = new HubConfig(
                    null, fake.endpoint().toString(), fake.endpoint().toString(), 1, 1, 1, 1);
            Endpoints endpoints = Endpoints.of(config, Map.of());
            HubReachability reachable = new HubProbe(
                            endpoints, HubTokens.of(endpoints, Map.of()), Map.of(), Duration.ofSeconds(20))
                    .probe();
            assertThat(reachable.huggingFace()).isTrue();
            assertThat(reachable.modelScope()).isTrue();
        }
    }

    private static RepositoryListing.RemoteFile file(String path, @Nullable Long bytes) {
        return new RepositoryListing.RemoteFile(path, bytes, null);
    }
}
