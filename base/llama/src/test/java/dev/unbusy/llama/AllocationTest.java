package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AllocationTest {
    @Test
    void aDecodeStep_allocatesLessThanOneKilobyteOnTheHeap() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int steps = 200;
        Vocab vocab = Natives.model().vocab();
        ByteBuffer text = ByteBuffer.allocate(1 << 16);
        try (Context context =
                        Natives.model().newContext(ContextOptions.single(512, 1).withSequences(4, 4));
                Batch batch = new Batch(8)) {
            long allocated = 0;
            int token = 1;
            for (int step = 0; step < 2 * steps; step++) {
                // The first half warms up.
                if (step == steps) {
                    allocated = threads.getCurrentThreadAllocatedBytes();
                }
                batch.clear();
                int index = batch.add(token, step, 0, true);
                context.decode(batch);
                token = PlainLoop.greedy(context.logits(index));
                text.clear();
                vocab.appendPiece(token, false, text);
                context.lastPosition(0);
            }
            long perStep = (threads.getCurrentThreadAllocatedBytes() - allocated) / steps;
            assertThat(perStep).isBetween(0L, 1023L);
        }
    }
}
