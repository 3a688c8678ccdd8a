package dev.unbusy.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What breaks on the way: connections, ranges, waits, checksums, disks. */
class PullTransferTest extends TinyModelRig {
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

    private void plantPart(int bytes, String etag, String sha256) throws IOException {
        Path part = rig.modelFile(REPOSITORY, FILE + ".part");
        Files.createDirectories(part.getParent());
        Files.write(part, Arrays.copyOf(MODEL, bytes));
        String source = rig.fake.endpoint() + "/" + REPOSITORY + "/resolve/c0ffee/" + FILE;
        new PartState(source, etag, (long) MODEL.length, sha256).write(part.resolveSibling(FILE + ".part.json"));
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
