package dev.unbusy.sampling;

/**
 * Partial orders in linear expected time (Hoare's find, median of three): what top-k and top-p need instead of sorting a
 * vocabulary.
 */
final class Selection {
    private Selection() {}

    /** The {@code rank}-th highest (1 is the highest) of {@code values[0..size)}; reorders the array. */
    static int highest(int[] values, int size, int rank) {
        int target = rank - 1;
        int left = 0;
        int right = size - 1;
        while (left < right) {
            int pivot = median(values[left], values[(left + right) >>> 1], values[right]);
            int i = left;
            int j = right;
            while (i <= j) {
                while (values[i] > pivot) {
                    i++;
                }
                while (values[j] < pivot) {
                    j--;
                }
                if (i <= j) {
                    int swapped = values[i];
                    values[i++] = values[j];
                    values[j--] = swapped;
                }
            }
            if (target <= j) {
                right = j;
            } else if (target >= i) {
                left = i;
            } else {
                break;
            }
        }
        return values[target];
    }

    /**
     * The highest threshold such that the weights at or above it sum to at least {@code mass}; reorders the array. All
     * weights are kept (their lowest is returned) if the sum of all is smaller.
     */
    static float massThreshold(float[] weights, int size, double mass) {
        int left = 0;
        int right = size - 1;
        double above = 0;
        while (left < right) {
            float pivot = median(weights[left], weights[(left + right) >>> 1], weights[right]);
            int i = left;
            int j = right;
            while (i <= j) {
                while (weights[i] > pivot) {
                    i++;
                }
                while (weights[j] < pivot) {
                    j--;
                }
                if (i <= j) {
                    float swapped = weights[i];
                    weights[i++] = weights[j];
                    weights[j--] = swapped;
                }
            }
            // Now [left..j] ≥ pivot, (j..i) = pivot, [i..right] ≤ pivot.
            double upper = sum(weights, left, j + 1);
            if (above + upper >= mass) {
                right = j;
            } else {
                double middle = sum(weights, j + 1, i);
                if (above + upper + middle >= mass) {
                    return pivot;
                }
                above += upper + middle;
                left = i;
            }
        }
        return weights[Math.min(left, size - 1)];
    }

    private static double sum(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum;
    }

    private static int median(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    private static float median(float a, float b, float c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
