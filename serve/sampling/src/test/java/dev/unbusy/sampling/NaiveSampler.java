package dev.unbusy.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The definitions of the filters, written the slow and obvious way: sort everything, in double precision. */
final class NaiveSampler {
    private NaiveSampler() {}

    static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Probability of each token after all filters. */
    static double[] distribution(SamplingParameters parameters, float[] logits) {
        int n = logits.length;
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            if (parameters.minP() == 0
                    || Math.exp((logits[i] - max) / parameters.temperature()) >= parameters.minP() * (1 - 1e-6)) {
                order.add(i);
            }
        }
        order.sort(Comparator.<Integer>comparingDouble(i -> -logits[i]).thenComparing(i -> i));
        if (parameters.topK() > 0 && order.size() > parameters.topK()) {
            order = order.subList(0, parameters.topK());
        }
        double[] weights = new double[n];
        double sum = 0;
        for (int i : order) {
            weights[i] = Math.exp((logits[i] - max) / parameters.temperature());
            sum += weights[i];
        }
        double kept = 0;
        for (int i : order) {
            if (kept >= parameters.topP() * sum) {
                weights[i] = 0;
            }
            kept += weights[i];
        }
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        for (int i = 0; i < n; i++) {
            weights[i] /= total;
        }
        return weights;
    }

    static int pick(double[] probabilities, double uniform) {
        double passed = 0;
        int last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (probabilities[i] > 0) {
                passed += probabilities[i];
                last = i;
                if (uniform < passed) {
                    return i;
                }
            }
        }
        return last;
    }

    static float penalised(
            Penalties penalties, float logit, boolean inPrompt, int token, Map<Integer, Integer> generated) {
        int count = generated.getOrDefault(token, 0);
        float value = logit;
        if (inPrompt || count > 0) {
            value = value > 0 ? value / penalties.repetition() : value * penalties.repetition();
        }
        if (count > 0) {
            value -= penalties.frequency() * count + penalties.presence();
        }
        return value;
    }
}
