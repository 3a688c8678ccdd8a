package dev.unbusy.gguf;

import java.util.List;

/**
 * One tensor as the header describes it.
 *
 * @param shape elements per dimension, the fastest running one (the row) first, as in ggml
 * @param offset bytes from the start of the data section
 */
public record GgufTensor(String name, List<Long> shape, GgmlType type, long offset) {

    public GgufTensor {
        shape = List.copyOf(shape);
    }

    public long elements() {
        long count = 1;
        for (long dimension : shape) {
            count = Math.multiplyExact(count, dimension);
        }
        return count;
    }

    public long bytes() {
        return Math.multiplyExact(elements() / type.blockElements(), (long) type.blockBytes());
    }
}
