package dev.unbusy.admission;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Estimates what requests cost, and learns from what they did. Thread-safe: event loops ask and report; each call is a few
 * map look-ups under one lock.
 *
 * <ol>
 *   <li>Prompt tokens: bytes of the prompt's JSON times the model's tokens per byte, learned from usage. Before anything is
 *       known a token is {@value #BYTES_PER_TOKEN} bytes, as in English, in code, and about as in Chinese UTF-8.
 *   <li>Output tokens: the mean of what the key's requests to this endpoint and model took of late; of a key that is new,
 *       of all keys' requests there; before those, a configured usual length. Never more than {@code max_tokens}. An answer
 *       that {@code max_tokens} cut off was at least so long: it counts as its length or the mean, whichever is more, so
 *       that short limits do not teach that answers are short.
 *   <li>Time: tokens times what a token of the prompt and of an answer take of a fully loaded worker. Workers publish
 *       both ({@link #rates}); before that an answer's token is taken to cost as much as {@value #PROMPT_PER_OUTPUT} of a
 *       prompt.
 * </ol>
 *
 * Bounded: the {@value #MOST_SUBJECTS} subjects used last are remembered.
 */
public final class PriceBook {
    static final int BYTES_PER_TOKEN = 4;
    static final int PROMPT_PER_OUTPUT = 4;
    static final int MOST_SUBJECTS = 10_000;
    private static final long UNKNOWN_OUTPUT_NANOS = 10_000_000;
    /** Weight of the newest of many. */
    private static final double NEWEST = 0.05;
    /** Of a figure that is published twice a second. */
    private static final double NEWEST_RATE = 0.02;
    /** So many are needed before a key's own mean outweighs the others'. */
    private static final int ENOUGH = 5;

    /**
     * Whose request it is.
     *
     * @param model served model
     * @param endpoint for instance {@code chat}
     * @param key id of the API key, empty where there is none
     */
    public record Subject(String model, String endpoint, String key) {}

    /** How far off an estimate was: estimated over actual; 1 is right, NaN where there was nothing to estimate. */
    public record Deviation(double promptRatio, double outputRatio) {}

    /** A mean that starts as the plain one and later forgets. */
    private static final class Mean {
        private double value;
        private int count;

        void add(double next) {
            count++;
            value += (next - value) * Math.max(NEWEST, 1.0 / count);
        }
    }

    private static final class Speed {
        private final Mean tokensPerByte = new Mean();
        private double promptNanos = (double) UNKNOWN_OUTPUT_NANOS / PROMPT_PER_OUTPUT;
        private double outputNanos = UNKNOWN_OUTPUT_NANOS;
        private boolean promptKnown;
        private boolean outputKnown;
    }

    private final long usualOutputTokens;
    private final Map<String, Speed> speeds = bounded();
    private final Map<Subject, Mean> outputs = bounded();

    /** @param usualOutputTokens what an answer takes before anything is known */
    public PriceBook(long usualOutputTokens) {
        this.usualOutputTokens = usualOutputTokens;
    }

    /**
     * @param promptBytes JSON bytes of the prompt
     * @param maxTokens the request's bound on each answer; negative where it gives none
     * @param answers how many it asks for
     */
    public synchronized Price price(Subject subject, long promptBytes, long maxTokens, int answers) {
        Speed speed = speed(subject.model());
        long prompt = Math.max(1, Math.round(promptBytes * tokensPerByte(speed)));
        double each = expected(subject);
        long output = Math.round(
                Math.max(1, maxTokens < 0 ? each : Math.min(each, (double) maxTokens)) * Math.max(1, answers));
        return new Price(
                prompt, output, Math.round(prompt * speed.promptNanos), Math.round(output * speed.outputNanos));
    }

    /** The price of what was really used; cached tokens of the prompt cost nothing. */
    public synchronized Price actual(String model, long promptTokens, long cachedTokens, long completionTokens) {
        Speed speed = speed(model);
        return new Price(
                promptTokens,
                completionTokens,
                Math.round(Math.max(0, promptTokens - cachedTokens) * speed.promptNanos),
                Math.round(completionTokens * speed.outputNanos));
    }

    /**
     * A request has ended as its model wished, or at {@code max_tokens}; one that was broken off teaches nothing of
     * lengths and is not reported.
     *
     * @param cutOff ended by {@code max_tokens}
     */
    public synchronized Deviation learn(
            Subject subject,
            long promptBytes,
            int answers,
            Price estimate,
            long promptTokens,
            long completionTokens,
            boolean cutOff) {
        if (promptBytes > 0 && promptTokens > 0) {
            speed(subject.model()).tokensPerByte.add((double) promptTokens / promptBytes);
        }
        double each = (double) completionTokens / Math.max(1, answers);
        double counted = cutOff ? Math.max(each, expected(subject)) : each;
        outputs.computeIfAbsent(subject, name -> new Mean()).add(counted);
        if (!subject.key().isEmpty()) {
            outputs.computeIfAbsent(everyone(subject), name -> new Mean()).add(counted);
        }
        return new Deviation(
                ratio((double) estimate.promptTokens(), (double) promptTokens),
                ratio((double) estimate.outputTokens(), (double) completionTokens));
    }

    /**
     * What a worker of this model does when it is fully loaded, in tokens a second; not positive where it is not known.
     */
    public synchronized void rates(String model, double promptTokensPerSecond, double outputTokensPerSecond) {
        Speed speed = speed(model);
        if (outputTokensPerSecond > 0) {
            speed.outputNanos = steadied(speed.outputNanos, 1e9 / outputTokensPerSecond, speed.outputKnown);
            speed.outputKnown = true;
        }
        if (promptTokensPerSecond > 0) {
            speed.promptNanos = steadied(speed.promptNanos, 1e9 / promptTokensPerSecond, speed.promptKnown);
            speed.promptKnown = true;
        } else if (!speed.promptKnown) {
            speed.promptNanos = speed.outputNanos / PROMPT_PER_OUTPUT;
        }
    }

    /** 3. What waits was priced a while ago and is compared with what comes now: the unit must not jump. */
    private static double steadied(double before, double now, boolean known) {
        return known ? before + NEWEST_RATE * (now - before) : now;
    }

    /** 2. */
    private double expected(Subject subject) {
        Mean own = outputs.get(subject);
        if (own != null && own.count >= ENOUGH) {
            return own.value;
        }
        Mean all = outputs.get(everyone(subject));
        double others = all != null && all.count >= ENOUGH ? all.value : usualOutputTokens;
        return own == null ? others : (own.value * own.count + others * (ENOUGH - own.count)) / ENOUGH;
    }

    /** 1. */
    private static double tokensPerByte(Speed speed) {
        return speed.tokensPerByte.count == 0 ? 1.0 / BYTES_PER_TOKEN : speed.tokensPerByte.value;
    }

    private Speed speed(String model) {
        return speeds.computeIfAbsent(model, name -> new Speed());
    }

    private static Subject everyone(Subject subject) {
        return subject.key().isEmpty() ? subject : new Subject(subject.model(), subject.endpoint(), "");
    }

    private static double ratio(double estimated, double actual) {
        return actual <= 0 ? Double.NaN : estimated / actual;
    }

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST_SUBJECTS;
            }
        };
    }
}
