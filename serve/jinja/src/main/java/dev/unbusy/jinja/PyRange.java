package dev.unbusy.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Python's {@code range}: {@code size} numbers from {@code start}, {@code step} apart. */
record PyRange(long start, long stop, long step) {
    /** The sandbox allows no longer ranges. */
    static final int MAX_SIZE = 100_000;

    /** Bounds beyond this are refused: the arithmetic on them stays exact. */
    private static final long MAX_BOUND = 1L << 60;

    PyRange {
        if (step == 0) {
            throw EvalError.failed("range() arg 3 must not be zero");
        }
        if (Math.abs(start) > MAX_BOUND || Math.abs(stop) > MAX_BOUND || Math.abs(step) > MAX_BOUND) {
            throw EvalError.unsupported("range() with a bound beyond 2**60");
        }
    }

    int size() {
        return (int) Math.min(Integer.MAX_VALUE, length());
    }

    private long length() {
        long span = step > 0 ? stop - start : start - stop;
        long stride = Math.abs(step);
        return span <= 0 ? 0 : (span - 1) / stride + 1;
    }

    Long get(int index) {
        return start + index * step;
    }

    boolean contains(long value) {
        return step > 0
                ? value >= start && value < stop && (value - start) % step == 0
                : value <= start && value > stop && (start - value) % -step == 0;
    }

    Iterator<Object> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size();
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return get(next++);
            }
        };
    }
}
