package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.llama.Context;
import dev.unbusy.scheduler.Scheduler;
import dev.unbusy.scheduler.StepPlan;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Steps that are broken off in the middle of a text. */
class StepComputationTest {
    private static final long SEED = 20261129;

    private final LoadedModel model = RealModel.pooled();
    private final int[] text = new Random(SEED).ints(1200, 1_000, 40_000).toArray();
    /** What this machine takes for the tokens whose states are asked for at once; of the undisturbed run. */
    private long partNanos;

    @Test
    void brokenOffSteps_areComputedAgain_andTheVectorIsTheSame() throws InterruptedException {
        float[] expected = run(false);
        float[] found = run(true);
        assertThat(Vectors.apart(found, expected)).isLessThan(1e-4);
    }

    /** @param aborts whether another thread breaks off steps, each after a random time */
    private float[] run(boolean aborts) throws InterruptedException {
        Vectors vectors = new Vectors(1);
        Embedding embedding = Objects.requireNonNull(
                vectors.job(model, Pooling.MEAN, Claims.NONE, List.of(text)).next());
        Scheduler<Work> scheduler = new Scheduler<>(model.schedulerOptions());
        scheduler.submit(embedding, 0);
        long startNanos = System.nanoTime();
        int broken = 0;
        int half = 0;
        Semaphore step = new Semaphore(0);
        try (Context context = model.newContext();
                KvOperations operations = new KvOperations(context);
                StepComputation computation = new StepComputation(context)) {
            Thread breaker = new Thread(() -> breakOff(context, step));
            breaker.start();
            int attempts = 0;
            for (boolean over = false; !over; ) {
                StepPlan<Work> plan = scheduler.plan(attempts);
                operations.perform(plan.operations());
                scheduler.operationsDone();
                context.abortRequested(false);
                if (aborts && attempts < 40) {
                    step.release();
                }
                attempts++;
                switch (computation.compute(plan)) {
                    case OK -> {
                        scheduler.completed(attempts, 1_000_000L * plan.tokens());
                        if (plan.wantsLogits(0)) {
                            embedding.complete();
                            over = true;
                        }
                    }
                    case ABORTED -> {
                        computation.forget(plan, false);
                        broken++;
                        half += context.lastPosition(embedding.slot()) >= plan.firstPosition(0) ? 1 : 0;
                        scheduler.aborted(work -> context.lastPosition(work.slot()));
                    }
                    case NO_KV_SPACE, INVALID, FATAL -> throw new AssertionError();
                }
            }
            step.release(1_000);
            breaker.interrupt();
            breaker.join();
        }
        if (!aborts) {
            partNanos = (System.nanoTime() - startNanos) * StepComputation.HIDDEN_ROWS / text.length;
        }
        assertThat(broken > 0).as("%d steps broken off", broken).isEqualTo(aborts);
        assertThat(half > 0)
                .as("%d of %d steps broken off in the middle", half, broken)
                .isEqualTo(aborts);
        return vectors.join()[0];
    }

    private void breakOff(Context context, Semaphore step) {
        Random random = new Random(SEED);
        try {
            while (!Thread.interrupted()) {
                step.acquire();
                long untilNanos = System.nanoTime() + random.nextLong(4 * partNanos + 1);
                while (System.nanoTime() < untilNanos && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
                context.abortRequested(true);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
