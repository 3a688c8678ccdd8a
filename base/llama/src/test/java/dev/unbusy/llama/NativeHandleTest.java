package dev.unbusy.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeHandleTest {
    private final AtomicInteger freed = new AtomicInteger();

    private NativeHandle handle() {
        return new NativeHandle("model m", MemorySegment.ofAddress(42), p -> freed.incrementAndGet());
    }

    @Test
    void close_whileInUse_freesWhenTheLastUserIsDone() {
        NativeHandle handle = handle();
        assertThat(handle.acquire().address()).isEqualTo(42);
        handle.close();
        handle.close();
        assertThat(freed).hasValue(0);
        assertThatIllegalStateException().isThrownBy(handle::acquire).withMessage("model m is closed");
        handle.release();
        assertThat(freed).hasValue(1);
    }

    @Test
    void manyUsersAndOneClose_freeExactlyOnceAndNeverUnderAUser() throws Exception {
        for (int round = 0; round < 200; round++) {
            freed.set(0);
            NativeHandle handle = handle();
            List<Future<Boolean>> users = new ArrayList<>();
            try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
                for (int i = 0; i < 4; i++) {
                    users.add(pool.submit(() -> {
                        try {
                            for (int n = 0; n < 50; n++) {
                                handle.acquire();
                                boolean alive = freed.get() == 0;
                                handle.release();
                                if (!alive) {
                                    return false;
                                }
                            }
                        } catch (IllegalStateException e) {
                            // Closed meanwhile, as it should be told.
                        }
                        return true;
                    }));
                }
                pool.submit(handle::close).get();
            }
            for (Future<Boolean> user : users) {
                assertThat(user.get()).isTrue();
            }
            assertThat(freed).hasValue(1);
        }
    }
}
