package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContextTest extends ContextFixture {
    @Test
    void decode_greedily_givesASensibleAnswer() {
        assertThat(vocab.text(generate(0, france))).contains("Paris");
    }

    @Test
    void decode_greedily_givesTheSameTokensTwice() {
        int[] first = generate(0, france);
        context.clear();
        assertThat(generate(0, france)).isEqualTo(first);
    }

    @Test
    void decode_ofTwoSequencesInOneBatch_givesWhatEachGivesAlone() {
        int[] franceAlone = generate(0, france);
        context.clear();
        int[] countAlone = generate(0, count);
        context.clear();

        List<Integer> a = new ArrayList<>();
        List<Integer> b = new ArrayList<>();
        batch.clear();
        int ia = add(0, 0, france);
        int ib = add(1, 0, count);
        for (int step = 0; step < NEW_TOKENS; step++) {
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
            a.add(PlainLoop.greedy(context.logits(ia)));
            b.add(PlainLoop.greedy(context.logits(ib)));
            batch.clear();
            ia = batch.add(a.getLast(), france.length + step, 0, true);
            ib = batch.add(b.getLast(), count.length + step, 1, true);
        }
        assertThat(a).isEqualTo(boxed(franceAlone));
        assertThat(b).isEqualTo(boxed(countAlone));
    }

    @Test
    void decode_inChunks_givesWhatOnePrefillGives() {
        int[] whole = generate(0, count);
        context.clear();
        int index = -1;
        for (int at = 0; at < count.length; at++) {
            batch.clear();
            index = batch.add(count[at], at, 0, at == count.length - 1);
            assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        }
        assertThat(generateFrom(0, count.length, index)).isEqualTo(whole);
    }

    @Test
    void decode_whenAborted_stopsAndTheContextGoesOn() throws Exception {
        Context large = model.newContext(ContextOptions.single(4096, 1).withBatch(4096, 64));
        try (large;
                Batch big = new Batch(4096)) {
            for (int i = 0; i < 4096; i++) {
                big.add(france[i % france.length], i, 0, false);
            }
            Thread canceller = new Thread(() -> large.abortRequested(true));
            canceller.start();
            assertThat(large.decode(big)).isEqualTo(DecodeOutcome.ABORTED);
            canceller.join();
            assertThat(large.isAbortRequested()).isTrue();
            int reached = large.lastPosition(0);
            assertThat(reached).isLessThan(4095);

            large.abortRequested(false);
            big.clear();
            big.add(france[0], reached + 1, 0, true);
            assertThat(large.decode(big)).isEqualTo(DecodeOutcome.OK);
        }
    }

    @Test
    void decode_whenAbortWasRequestedBefore_computesNothing() {
        context.abortRequested(true);
        batch.clear();
        add(0, 0, france);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.ABORTED);
        assertThat(context.lastPosition(0)).isEqualTo(-1);
        context.abortRequested(false);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
    }

    @Test
    void decode_ofAPositionGap_isInvalidAndChangesNothing() {
        prefill(0, france);
        batch.clear();
        batch.add(france[0], france.length + 5, 0, true);
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.INVALID);
        assertThat(context.lastPosition(0)).isEqualTo(france.length - 1);
    }

    @Test
    void decode_ofWhatTheLibraryWouldAbortOn_isRefusedInJava() {
        batch.clear();
        refused("tokens in the batch: 0");
        batch.add(0, 0, 4, true);
        refused("sequence in the batch: 4; this context allows 0 to 3");
        batch.clear();
        batch.add(vocab.size(), 0, 0, true);
        refused("token in the batch: " + vocab.size());
        batch.clear();
        for (int i = 0; i < 5; i++) {
            batch.add(0, i, 0, true);
        }
        refused("tokens of the batch with logits: 5; this context allows 0 to 4");
        try (Batch larger = new Batch(context.batchTokens() + 1)) {
            for (int i = 0; i <= context.batchTokens(); i++) {
                larger.add(0, i, 0, false);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.decode(larger))
                    .withMessageContaining("tokens in the batch: " + (context.batchTokens() + 1));
        }
        // And it still works.
        assertThat(generate(0, france)).hasSize(NEW_TOKENS);
    }

    @Test
    void sequenceIdsOutOfRange_areRefusedEverywhere() {
        for (int sequence : new int[] {-1, 4, 300}) {
            List<Runnable> calls = List.of(
                    () -> context.removeTokens(sequence, 0, -1),
                    () -> context.copyTokens(sequence, 0, 0, -1),
                    () -> context.copyTokens(0, sequence, 0, -1),
                    () -> context.lastPosition(sequence),
                    () -> context.save(sequence, "m"));
            for (Runnable call : calls) {
                assertThatIllegalArgumentException()
                        .isThrownBy(call::run)
                        .withMessageContaining("sequence: " + sequence);
            }
        }
        assertThatIllegalArgumentException().isThrownBy(() -> context.removeTokens(0, 5, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> context.copyTokens(0, 1, -1, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> context.copyTokens(1, 1, 0, 3));
    }

    @Test
    void logits_areThoseOfTheWholeVocabularyAndOnlyWhereWanted() {
        batch.clear();
        int unwanted = batch.add(france[0], 0, 0, false);
        int wanted = batch.add(france[1], 1, 0, true);
        assertThatIllegalStateException().isThrownBy(() -> context.logits(wanted));
        assertThat(context.decode(batch)).isEqualTo(DecodeOutcome.OK);
        MemorySegment logits = context.logits(wanted);
        assertThat(logits.byteSize()).isEqualTo(4L * vocab.size());
        float[] copy = new float[vocab.size()];
        context.copyLogits(wanted, copy);
        assertThat(copy[17])
                .isEqualTo(logits.getAtIndex(ValueLayout.JAVA_FLOAT, 17))
                .isFinite();
        assertThatIllegalArgumentException().isThrownBy(() -> context.logits(unwanted));
        assertThatIllegalArgumentException().isThrownBy(() -> context.logits(1000));
        assertThatIllegalArgumentException().isThrownBy(() -> context.logits(-1));
    }

    @Test
    void otherThreads_areRefusedButForTheAbortFlag() throws Exception {
        assertThat(failureOnAnotherThread(() -> context.decode(batch)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "belongs to thread " + Thread.currentThread().getName());
        assertThat(failureOnAnotherThread(() -> context.lastPosition(0))).isInstanceOf(IllegalStateException.class);
        assertThat(failureOnAnotherThread(context::close)).isInstanceOf(IllegalStateException.class);
        assertThat(failureOnAnotherThread(() -> context.abortRequested(false))).isNull();
    }

    @Test
    void claim_handsTheContextOverOnceAndForAll() throws Exception {
        Context handed = model.newContext(ContextOptions.single(256, 1));
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread engine = new Thread(() -> {
            handed.claim();
            claimed.countDown();
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        engine.start();
        claimed.await();
        assertThatIllegalStateException().isThrownBy(() -> handed.lastPosition(0));
        assertThatIllegalStateException().isThrownBy(handed::claim);
        assertThatIllegalStateException().isThrownBy(handed::close);
        done.countDown();
        engine.join();
        // Its owner has ended: anybody may free it.
        handed.close();
    }

    @Test
    void claim_byAVirtualThread_isRefusedBecauseANativeCallPinsItsCarrier() throws Exception {
        FutureTask<Void> task = new FutureTask<>(context::claim, null);
        Thread.ofVirtual().start(task).join();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(task::get)
                .withMessageContaining("virtual thread");
    }

    @Test
    void close_twice_isHarmlessAndLaterUseIsRefused() {
        Context short1 = model.newContext(ContextOptions.single(256, 1));
        batch.clear();
        batch.add(france[0], 0, 0, true);
        assertThat(short1.decode(batch)).isEqualTo(DecodeOutcome.OK);
        MemorySegment logits = short1.logits(0);
        short1.close();
        short1.close();
        assertThatIllegalStateException().isThrownBy(() -> short1.decode(batch)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(short1::clear);
        assertThatIllegalStateException().isThrownBy(() -> short1.logits(0));
        // The memory is gone; the segment knows.
        assertThatIllegalStateException().isThrownBy(() -> logits.get(ValueLayout.JAVA_FLOAT, 0));
        short1.abortRequested(true);
    }

    @Test
    void newContext_whoseKvCacheCanNeverFit_isRefusedWithFigures() {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> model.newContext(ContextOptions.single(60_000_000, 1)))
                .satisfies(e -> assertThat(e.code()).isEqualTo("kv-cache-larger-than-memory"))
                .withMessageContaining("60000000 tokens")
                .withMessageContaining("GiB");
    }

    @Test
    void kvTypeQ8_givesAnAnswerToo() {
        Context small = model.newContext(ContextOptions.single(256, 1).withKv(KvType.Q8_0, KvType.Q8_0));
        try (small) {
            batch.clear();
            int index = add(0, 0, france);
            assertThat(small.decode(batch)).isEqualTo(DecodeOutcome.OK);
            assertThat(vocab.text(PlainLoop.greedy(small.logits(index)))).isEqualTo(" Paris");
        }
    }

    private void refused(String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.decode(batch))
                .withMessageContaining(message);
    }

    private static @Nullable Throwable failureOnAnotherThread(Runnable call) throws InterruptedException {
        FutureTask<@Nullable Throwable> task = new FutureTask<>(() -> {
            try {
                call.run();
                return null;
            } catch (RuntimeException e) {
                return e;
            }
        });
        Thread thread = new Thread(task);
        thread.start();
        thread.join();
        return task.resultNow();
    }
}
