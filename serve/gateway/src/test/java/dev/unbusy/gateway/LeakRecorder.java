package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Netty's leak detector, except that a leak fails the test class. The build names it in {@code
 * io.netty.customResourceLeakDetector}, at level paranoid.
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final AtomicBoolean INSTALLED = new AtomicBoolean();

    public LeakRecorder(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
        INSTALLED.set(true);
    }

    /** Netty looks this one up too, and complains where it is not there. */
    public LeakRecorder(Class<?> resourceType, int samplingInterval, long maxActive) {
        this(resourceType, samplingInterval);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        LEAKS.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        LEAKS.add(resourceType);
    }

    /** On every test class that moves buffers. */
    public static final class NoLeaks implements AfterAllCallback {
        @Override
        public void afterAll(ExtensionContext context) {
            for (int i = 0; i < 4; i++) {
                System.gc();
                // A leak is reported when the next buffer is made.
                ByteBufAllocator.DEFAULT.buffer(16).release();
            }
            assertThat(INSTALLED).as("the leak detector is in use").isTrue();
            assertThat(LEAKS).isEmpty();
        }
    }
}
