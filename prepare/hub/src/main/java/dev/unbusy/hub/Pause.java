package dev.unbusy.hub;

import java.time.Duration;
import java.time.Instant;

/** Waiting and the time of day, kept apart from what decides on them so that tests need not wait. */
interface Pause {
    Pause REAL = new Pause() {
        @Override
        public void pause(Duration duration) throws InterruptedException {
            Thread.sleep(duration);
        }

        @Override
        public Instant now() {
            return Instant.now();
        }
    };

    void pause(Duration duration) throws InterruptedException;

    Instant now();
}
