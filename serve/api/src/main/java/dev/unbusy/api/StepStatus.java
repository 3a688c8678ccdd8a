package dev.unbusy.api;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How a worker's steps get on, in milliseconds; the object {@code step} of a {@link WorkerStatus}.
 *
 * @param runningMs how long the step under way has taken so far; 0 where none is
 * @param expectedMs what the step under way should stay within, by what earlier ones cost: far too much rather than too
 *     little while little is known; 0 where none is under way
 * @param lastMs what the last step took; 0 before the first
 * @param sinceMs time since the last step ended; 0 before the first
 */
public record StepStatus(double runningMs, double expectedMs, double lastMs, double sinceMs) {
    /** No step yet, none under way. */
    public static final StepStatus NONE = new StepStatus(0, 0, 0, 0);

    /** {@link #expectedMs} in nanoseconds. */
    public long expectedNanos() {
        return (long) (expectedMs * TimeUnit.MILLISECONDS.toNanos(1));
    }

    void write(JsonBytes json) {
        json.open('{')
                .key("runningMs")
                .number(runningMs)
                .key("expectedMs")
                .number(expectedMs)
                .key("lastMs")
                .number(lastMs)
                .key("sinceMs")
                .number(sinceMs)
                .close('}');
    }

    /** Reads the object that the body stands at. */
    static StepStatus read(JsonBody body) throws IOException {
        double[] values = new double[4];
        body.object(body.path(), field -> {
            switch (field) {
                case "runningMs" -> values[0] = body.number(0, Double.MAX_VALUE);
                case "expectedMs" -> values[1] = body.number(0, Double.MAX_VALUE);
                case "lastMs" -> values[2] = body.number(0, Double.MAX_VALUE);
                case "sinceMs" -> values[3] = body.number(0, Double.MAX_VALUE);
                default -> body.parser().skipChildren();
            }
        });
        return new StepStatus(values[0], values[1], values[2], values[3]);
    }
}
