package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.unbusy.gguf.GgufException;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Pulls against a server that behaves like the real hubs. */
class ModelPullerTest {
    private static final String REPOSITORY = "org/tiny-GGUF";
    private static final String FILE = "tiny-Q4_K_M.gguf";
    private static final byte[] MODEL = HubRig.gguf(300_000, 1);

    @TempDir
    Path folder;

    private HubRig rig;

    @BeforeEach
    void start() {
        rig = new HubRig(folder, Map.of("HF_TOKEN", HubRig.TOKEN));
        rig.fake.put(REPOSITORY, FILE, MODEL);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void pull_fromHuggingFace_verifiesAndRegisters() throws IOException {
        Pulled pulled = rig.pull(REPOSITORY);

        assertThat(pulled.fetched()).isTrue();
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        assertThat(pulled.model().quantization()).isEqualTo("Q4_K_M");
        assertThat(pulled.model().architecture()).isEqualTo("qwen2");
        assertThat(pulled.model().source()).isEqualTo("huggingface:" + REPOSITORY);
        assertThat(pulled.model().revision()).isEqualTo("c0ffee");
        assertThat(leftovers()).isEmpty();
        assertThat(rig.store.find("tiny-GGUF")).contains(pulled.model());
        assertThat(rig.pull(REPOSITORY).fetched()).isFalse();
    }

    @Test
    void pull_fromModelScope_verifiesAndRegisters() throws IOException {
        Pulled pulled = rig.pull("modelscope:" + REPOSITORY);
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        assertThat(pulled.model().source()).isEqualTo("modelscope:" + REPOSITORY);
        assertThat(rig.fake.requests).anyMatch(request -> request.path().contains("/repo/files?Revision=master"));
    }

    @Test
    void pull_sendsTheTokenToTheHubAndNeverToTheStorageHost() {
        rig.fake.neededToken = HubRig.TOKEN;
        rig.pull(REPOSITORY);
        assertThat(rig.fake.requests)
                .filteredOn(request -> request.host().equals("hub"))
                .isNotEmpty()
                .allSatisfy(request ->
                        assertThat(request.headers()).containsEntry("Authorization", "Bearer " + HubRig.TOKEN));
        assertThat(rig.fake.storageRequests())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKeys("Authorization", "Cookie"));
    }

    @Test
    void pull_neverWritesTheTokenOrASignatureIntoLogsProgressOrErrors() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger("dev.unbusy");
        Level level = root.getLevel();
        root.setLevel(Level.TRACE);
        appender.start();
        root.addAppender(appender);
        try {
            rig.fake.neededToken = "another";
            HubException gated = refused("hf:" + REPOSITORY);
            assertThat(gated.code()).isEqualTo("gated-model-auth");
            assertThat(gated.remedy().en()).contains("HF_TOKEN").contains("licence");
            rig.fake.neededToken = null;
            rig.fake.faults.addAll(List.of(
                    new FakeHub.Fault.Cut(0),
                    new FakeHub.Fault.Cut(0),
                    new FakeHub.Fault.Cut(0),
                    new FakeHub.Fault.Cut(0)));
            HubException broken = refused("hf:" + REPOSITORY);
            assertThat(Stream.of(gated, broken)
                            .flatMap(e -> Stream.of(
                                    e.toString(), e.text().zh(), e.remedy().en())))
                    .noneMatch(text -> text.contains(HubRig.TOKEN) || text.contains("secret-signature"));
            assertThat(rig.shown).noneMatch(text -> text.en().contains(HubRig.TOKEN));
        } finally {
            root.detachAppender(appender);
            root.setLevel(level);
        }
        assertThat(appender.list)
                .isNotEmpty()
                .noneMatch(event -> event.getFormattedMessage().contains(HubRig.TOKEN)
                        || event.getFormattedMessage().contains("secret-signature"));
        assertThat(HubTokens.of(Endpoints.of(HubConfig.defaults(), Map.of()), Map.of("HF_TOKEN", HubRig.TOKEN)))
                .hasToString("HubTokens[huggingFace=set, modelScope=none]");
    }

    @Test
    void pull_afterACutConnection_continuesWhereItWas() throws IOException {
        rig.fake.faults.addAll(List.of(new FakeHub.Fault.Cut(100_000), new FakeHub.Fault.Cut(50_000)));
        Pulled pulled = rig.pull(REPOSITORY);
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        List<FakeHub.Request> storage = rig.fake.storageRequests();
        assertThat(storage).hasSize(3);
        assertThat(storage.get(1).headers().get("Range")).matches("bytes=[1-9]\\d*-");
        assertThat(storage.get(1).headers()).containsEntry("If-Range", "\"v1\"");
        assertThat(rig.waits).hasSize(2);
    }

    @Test
    void pull_afterAKill_continuesThePartOnDisk() throws IOException {
        plantPart(120_000, "\"v1\"", sha256(MODEL));
        Pulled pulled = rig.pull(REPOSITORY);
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        assertThat(rig.fake.storageRequests().getFirst().headers()).containsEntry("Range", "bytes=120000-");
    }

    @Test
    void pull_whereThePartIsWholeAlready_onlyVerifies() throws IOException {
        plantPart(MODEL.length, "\"v1\"", sha256(MODEL));
        assertThat(rig.pull(REPOSITORY).fetched()).isTrue();
        assertThat(rig.fake.storageRequests()).isEmpty();
    }

    @Test
    void pull_whereThePartIsOfOtherContent_startsOver() throws IOException {
        plantPart(120_000, "\"v0\"", "0".repeat(64));
        Pulled pulled = rig.pull(REPOSITORY);
        assertThat(Files.readAllBytes(pulled.model().file())).isEqualTo(MODEL);
        assertThat(rig.fake.storageRequests().getFirst().headers()).doesNotContainKey("Range");
    }

    @Test
    void pull_whereTheEtagChangedInBetween_startsOver() throws IOException {
        plantPart(120_000, "\"v1\"", sha256(MODEL));
        rig.fake.etag = "\"v2\"";
        assertThat(Files.readAllBytes(rig.pull(REPOSITORY).model().file())).isEqualTo(MODEL);
        assertThat(rig.fake.storageRequests().getFirst().headers()).containsEntry("If-Range", "\"v1\"");
    }

    @Test
    void pull_fromAServerWithoutRanges_startsOverCleanly() throws IOException {
        rig.fake.faults.addAll(List.of(new FakeHub.Fault.Cut(100_000), new FakeHub.Fault.NoRanges()));
        assertThat(Files.readAllBytes(rig.pull(REPOSITORY).model().file())).isEqualTo(MODEL);
    }

    @Test
    void pull_whereTheServerSendsAnotherRange_startsOver() throws IOException {
        rig.fake.faults.addAll(List.of(new FakeHub.Fault.Cut(100_000), new FakeHub.Fault.WrongRange()));
        assertThat(Files.readAllBytes(rig.pull(REPOSITORY).model().file())).isEqualTo(MODEL);
        assertThat(rig.fake.storageRequests().getLast().headers()).doesNotContainKey("Range");
    }

    @Test
    void pull_whereTheServerFallsSilent_takesANewConnection() throws IOException {
        rig.fake.faults.add(new FakeHub.Fault.Stall(80_000));
        assertThat(Files.readAllBytes(rig.pull(REPOSITORY).model().file())).isEqualTo(MODEL);
        assertThat(rig.fake.storageRequests()).hasSize(2);
    }

    @Test
    void pull_whenAskedToWait_waitsThatLongAndShowsIt() {
        rig.fake.faults.add(new FakeHub.Fault.Status(429, "7"));
        rig.pull(REPOSITORY);
        assertThat(rig.waits).containsExactly(Duration.ofSeconds(7));
        assertThat(rig.shown).extracting(Text::en).anyMatch(text -> text.contains("429, waiting 7.0 s"));
    }

    @Test
    void pull_whenAskedToWaitTooLong_givesUpAndSaysHowLong() {
        rig.fake.faults.add(new FakeHub.Fault.Status(429, "3600"));
        HubException e = refused("hf:" + REPOSITORY);
        assertThat(e.code()).isEqualTo("hub-busy");
        assertThat(e.text().en()).contains("3600");
        assertThat(rig.waits).isEmpty();
    }

    @Test
    void pull_afterServerErrors_triesAgainWithGrowingWaits() {
        rig.fake.faults.addAll(List.of(
                new FakeHub.Fault.Status(500, null),
                new FakeHub.Fault.Status(503, null),
                new FakeHub.Fault.Status(502, null)));
        rig.pull(REPOSITORY);
        assertThat(rig.waits).hasSize(3);
        assertThat(rig.waits.get(2)).isGreaterThan(rig.waits.get(0));
    }

    @Test
    void pull_withAWrongChecksum_discardsTheFile() {
        rig.fake.claimedSha256.put(FILE, "0".repeat(64));
        HubException e = refused(REPOSITORY);
        assertThat(e.code()).isEqualTo("model-file-corrupt");
        assertThat(rig.modelFile(REPOSITORY, FILE)).doesNotExist();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void pull_ofSomethingThatIsNoModel_saysSoAndKeepsNothing() {
        rig.fake.put(
                "org/page-GGUF",
                "page-Q8_0.gguf",
                "<!DOCTYPE html><html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        GgufException e = catchThrowableOfType(GgufException.class, () -> rig.pull("org/page-GGUF"));
        assertThat(e.text().en()).contains("web page");
        assertThat(rig.modelFile("org/page-GGUF", "page-Q8_0.gguf")).doesNotExist();
    }

    @Test
    void pull_ofAnUnknownRepository_namesSimilarModels() {
        HubException e = refused("deepseek-ai/DeepSeek-R1-Distil-Qwen-7B");
        assertThat(e.code()).isEqualTo("model-not-found");
        assertThat(e.text().en()).contains("deepseek-ai/DeepSeek-R1-Distil-Qwen-7B");
        assertThat(e.remedy().en()).contains("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
    }

    @Test
    void pull_ofAFileOrQuantizationThatIsNotThere_namesThoseThatAre() {
        assertThat(refused(REPOSITORY + ":Q8_0").remedy().en()).contains("Q4_K_M");
        assertThat(refused(REPOSITORY + "/other.gguf").remedy().en()).contains("Q4_K_M");
    }

    @Test
    void pull_ofACatalogueName_takesTheConvertersRepositoryAndKeepsTheModelsName() {
        rig.fake.put("unsloth/DeepSeek-R1-Distill-Qwen-7B-GGUF", "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf", MODEL);
        for (String name :
                new String[] {"DeepSeek-R1-Distill-Qwen-7B", "deepseek-r1:7b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"
                }) {
            InstalledModel model = rig.pull(name).model();
            assertThat(model.id()).isEqualTo("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B");
        }
        assertThat(rig.store.find("r1-7b")).isPresent();
        assertThat(rig.store.find("DeepSeek-R1-Distill-Qwen-7B:Q4_K_M")).isPresent();
        assertThat(rig.store.find("DeepSeek-R1-Distill-Qwen-7B:Q8_0")).isEmpty();
    }

    @Test
    void pull_ofAnAddress_takesSizeAndChecksumFromTheHubsHeaders() throws IOException {
        String address = rig.fake.endpoint() + "/" + REPOSITORY + "/resolve/main/" + FILE;
        InstalledModel model = rig.pull(address).model();
        assertThat(Files.readAllBytes(model.file())).isEqualTo(MODEL);
        assertThat(model.sha256()).isEqualTo(sha256(MODEL));
        assertThat(rig.pull(address).fetched()).isFalse();
    }

    @Test
    void pull_withTooLittleRoom_saysWhatIsNeededBeforeItStarts() {
        rig.space = directory -> 1_000_000;
        HubException e = refused(REPOSITORY);
        assertThat(e.code()).isEqualTo("disk-full");
        assertThat(e.text().en()).contains("1.0 MB are free");
        assertThat(rig.fake.storageRequests()).isEmpty();
    }

    @Test
    void pull_whenTheDiskFillsUp_keepsThePartAndGoesOnLater() throws IOException {
        rig.opener = limited(100_000);
        HubException e = refused(REPOSITORY);
        assertThat(e.code()).isEqualTo("disk-full");
        long there = Files.size(rig.modelFile(REPOSITORY, FILE + ".part"));
        assertThat(there).isPositive();
        assertThat(e.text().en()).contains("are missing").contains(String.valueOf(MODEL.length));

        rig.opener = PartFile.REAL;
        assertThat(Files.readAllBytes(rig.pull(REPOSITORY).model().file())).isEqualTo(MODEL);
        assertThat(rig.fake.storageRequests().getLast().headers()).containsKey("Range");
    }

    @Test
    void pull_ofTheSameModelTwiceAtOnce_fetchesItOnce() {
        List<CompletableFuture<Pulled>> pulls = Stream.of(1, 2)
                .map(i -> CompletableFuture.supplyAsync(() -> rig.pull(REPOSITORY)))
                .toList();
        assertThat(pulls)
                .extracting(CompletableFuture::join)
                .extracting(Pulled::fetched)
                .containsExactlyInAnyOrder(true, false);
        assertThat(rig.fake.storageRequests()).hasSize(1);
    }

    @Test
    void pull_ofASplitModel_withAPartMissingOnTheHub_isNotOffered() {
        rig.fake.put("org/split-GGUF", "split-Q8_0-00001-of-00002.gguf", MODEL);
        assertThat(refused("org/split-GGUF").text().en()).contains("no GGUF file");
    }

    @Test
    void pull_whereTheFirstHubIsTooBusy_takesTheOther() {
        rig.fake.faults.add(new FakeHub.Fault.Status(429, "3600"));
        assertThat(rig.pull(REPOSITORY).model().source()).isEqualTo("modelscope:" + REPOSITORY);
    }

    @Test
    void pull_ofAGatedModelOnBothHubs_namesTheFirstHubsToken() {
        rig.fake.neededToken = "another";
        assertThat(refused(REPOSITORY).remedy().en()).contains("HF_TOKEN");
    }

    @Test
    void pull_whereNoHubAnswers_saysWhatWasTried() {
        rig.reachable = new HubReachability(false, false, Text.of("nothing answers", "均无应答"));
        HubException e = refused(REPOSITORY);
        assertThat(e.code()).isEqualTo("hub-unreachable");
        assertThat(e.text().en()).contains("nothing answers");
    }

    @Test
    void pull_whereNothingFitsTheMemory_isRefusedUnlessNamed() {
        PullOptions little = new PullOptions(new Bytes(1000), false);
        HubException e = catchThrowableOfType(
                HubException.class, () -> rig.puller().pull(rig.puller().reference(REPOSITORY), little, rig.progress));
        assertThat(e.code()).isEqualTo("model-exceeds-memory");
        assertThat(rig.puller()
                        .pull(rig.puller().reference(REPOSITORY + ":q4_k_m"), little, rig.progress)
                        .fetched())
                .isTrue();
    }

    private HubException refused(String name) {
        HubException e = catchThrowableOfType(HubException.class, () -> rig.pull(name));
        assertThat(e).as("pull of %s", name).isNotNull();
        return e;
    }

    private void plantPart(int bytes, String etag, String sha256) throws IOException {
        Path part = rig.modelFile(REPOSITORY, FILE + ".part");
        Files.createDirectories(part.getParent());
        Files.write(part, Arrays.copyOf(MODEL, bytes));
        String source = rig.fake.endpoint() + "/" + REPOSITORY + "/resolve/c0ffee/" + FILE;
        new PartState(source, etag, (long) MODEL.length, sha256).write(part.resolveSibling(FILE + ".part.json"));
    }

    private List<String> leftovers() {
        try (Stream<Path> walk = Files.walk(rig.cache.models())) {
            return walk.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.contains(".part") || name.startsWith(TemporaryDirectory.PREFIX))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(Digests.sha256().digest(bytes));
    }

    /** A disk that is full after so many bytes. */
    private static PartFile.Opener limited(long limit) {
        return (file, position) -> {
            PartFile real = PartFile.REAL.open(file, position);
            return new PartFile() {
                private long left = limit - position;

                @Override
                public void write(ByteBuffer bytes) throws IOException {
                    if (bytes.remaining() > left) {
                        throw new IOException("No space left on device");
                    }
                    left -= bytes.remaining();
                    real.write(bytes);
                }

                @Override
                public void force() throws IOException {
                    real.force();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        };
    }
}
