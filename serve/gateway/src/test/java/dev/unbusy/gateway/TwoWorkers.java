package dev.unbusy.gateway;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gateway that knows one worker, and another one that a test may add. */
@ExtendWith(LeakRecorder.NoLeaks.class)
abstract class TwoWorkers {
    FakeWorker worker;
    FakeWorker other;
    Running running;

    @BeforeEach
    void start() throws Exception {
        worker = new FakeWorker("w0");
        other = new FakeWorker("w1");
        running = new Running().with(worker, Backend.State.READY);
    }

    @AfterEach
    void stop() throws Exception {
        running.close();
        worker.close();
        other.close();
    }
}
