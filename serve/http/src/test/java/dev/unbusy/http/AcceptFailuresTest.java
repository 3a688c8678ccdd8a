package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptFailuresTest {
    @Test
    void aListenerThatCannotAccept_restsForASecond_andGoesOn() {
        EmbeddedChannel listener = new EmbeddedChannel(new AcceptFailures("test", () -> 7));
        listener.freezeTime();
        for (int i = 0; i < 3; i++) {
            listener.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
            assertThat(listener.config().isAutoRead()).isFalse();
        }
        listener.advanceTimeBy(AcceptFailures.REST_MILLIS, TimeUnit.MILLISECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();
        listener.checkException(); // nothing has reached the pipeline's end
        assertThat(listener.isOpen()).isTrue();
        listener.finishAndReleaseAll();
    }
}
