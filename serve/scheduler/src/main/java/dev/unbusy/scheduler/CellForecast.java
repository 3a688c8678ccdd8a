package dev.unbusy.scheduler;

import java.util.Arrays;

/**
 * The most KV cells that running sequences will hold at once beyond what they hold now, if each gets as many more tokens as
 * predicted (Gong et al., "Past-Future scheduler", ASPLOS 2025): all grow by a token per step, and who ends gives its cells
 * back. Filled anew for each question; owned by one thread.
 */
final class CellForecast {
    private long[] order = new long[16];
    private int[] prompts = new int[16];
    private int[] outputs = new int[16];
    private int[] returned = new int[16];
    private int size;

    CellForecast clear() {
        size = 0;
        return this;
    }

    /**
     * @param prompt tokens it has still to compute first
     * @param output tokens it will probably generate after that
     * @param returns cells it holds now that become available when it ends
     */
    CellForecast add(int prompt, int output, int returns) {
        if (size == prompts.length) {
            order = Arrays.copyOf(order, 2 * size);
            prompts = Arrays.copyOf(prompts, 2 * size);
            outputs = Arrays.copyOf(outputs, 2 * size);
            returned = Arrays.copyOf(returned, 2 * size);
        }
        prompts[size] = prompt;
        outputs[size] = output;
        returned[size] = returns;
        order[size] = (long) output << 32 | size;
        size++;
        return this;
    }

    /** If nobody ended before the last token of all: what {@link #peak} never exceeds, at less cost. */
    long sum() {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += prompts[i] + (long) outputs[i];
        }
        return sum;
    }

    /** The peak of the sum over time. */
    long peak() {
        Arrays.sort(order, 0, size);
        long prompt = 0;
        for (int i = 0; i < size; i++) {
            prompt += prompts[i];
        }
        long peak = 0;
        long freed = 0;
        for (int i = 0; i < size; i++) {
            int index = (int) order[i];
            // Just before this one ends, it and those that end later have grown by its output.
            peak = Math.max(peak, prompt - freed + (long) (size - i) * outputs[index]);
            freed += returned[index] + prompts[index];
        }
        return peak;
    }
}
