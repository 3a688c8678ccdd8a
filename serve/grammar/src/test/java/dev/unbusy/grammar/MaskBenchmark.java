package dev.unbusy.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Times masks on a real vocabulary: {@code MaskBenchmark tokenizer.json}. Follows the text of each case in
 * benchmark.json, cut into the longest tokens, and takes the mask before each token: with nothing remembered, after
 * other grammars warmed the compiler up (cold), and again (warm). Prints JSON; times in microseconds.
 */
final class MaskBenchmark {
    private static final int ROUNDS = 30;

    private MaskBenchmark() {}

    public static void main(String[] args) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        TokenTable table = read(mapper.readTree(Path.of(args[0]).toFile()));
        JsonNode cases;
        try (InputStream in = Objects.requireNonNull(MaskBenchmark.class.getResourceAsStream("benchmark.json"))) {
            cases = mapper.readTree(in);
        }
        ArrayNode results = mapper.createArrayNode();
        for (int round = 0; round < 3; round++) {
            results.removeAll();
            for (JsonNode one : cases) {
                results.add(measure(table, one, mapper));
            }
        }
        ObjectNode report = mapper.createObjectNode();
        report.put("tokens", table.size());
        report.put("trieNodes", table.trie().end);
        report.set("cases", results);
        System.out.println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report));
    }

    private static ObjectNode measure(TokenTable table, JsonNode one, ObjectMapper mapper) {
        int[] tokens = cut(table, one.get("text").asText());
        double[] compile = new double[ROUNDS];
        double[] cold = new double[ROUNDS * tokens.length];
        double[] warm = new double[ROUNDS * tokens.length];
        double[] accept = new double[ROUNDS * tokens.length];
        long[] mask = new long[table.maskLength()];
        long allocated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            Grammar grammar = Grammar.ofJsonSchema(one.get("schema"));
            compile[round] = (System.nanoTime() - begun) / 1e3;
            TokenMasks masks = new TokenMasks(table);
            follow(masks.matcher(grammar), tokens, mask, cold, accept, round);
            Matcher matcher = masks.matcher(grammar);
            long before = allocatedBytes();
            follow(matcher, tokens, mask, warm, accept, round);
            allocated = allocatedBytes() - before;
        }
        ObjectNode result = mapper.createObjectNode();
        result.put("case", one.get("name").asText());
        result.put("steps", tokens.length);
        put(result, "compileMicros", compile);
        put(result, "coldMaskMicros", cold);
        result.put("coldWorstStepMicros", worstStep(cold, tokens.length));
        put(result, "warmMaskMicros", warm);
        put(result, "acceptMicros", accept);
        result.put("warmAllocatedBytesPerStep", Math.max(0, allocated) / tokens.length);
        return result;
    }

    private static void follow(
            Matcher matcher, int[] tokens, long[] mask, double[] maskTimes, double[] acceptTimes, int round) {
        for (int i = 0; i < tokens.length; i++) {
            long begun = System.nanoTime();
            matcher.allowed(mask);
            long between = System.nanoTime();
            if (!Tokens.has(mask, tokens[i]) || !matcher.accept(tokens[i])) {
                throw new AssertionError("token " + i + " of the text is refused");
            }
            maskTimes[round * tokens.length + i] = (between - begun) / 1e3;
            acceptTimes[round * tokens.length + i] = (System.nanoTime() - between) / 1e3;
        }
        if (!matcher.canEnd()) {
            throw new AssertionError("the text is not complete");
        }
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static void put(ObjectNode result, String name, double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        ObjectNode node = result.putObject(name);
        node.put("median", round(sorted[sorted.length / 2]));
        node.put("p99", round(sorted[(int) (sorted.length * 0.99)]));
        node.put("max", round(sorted[sorted.length - 1]));
    }

    /** The slowest step by its median over the rounds: without what the machine did meanwhile. */
    private static double worstStep(double[] times, int steps) {
        double worst = 0;
        for (int step = 0; step < steps; step++) {
            double[] rounds = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                rounds[round] = times[round * steps + step];
            }
            Arrays.sort(rounds);
            worst = Math.max(worst, rounds[ROUNDS / 2]);
        }
        return round(worst);
    }

    private static double round(double micros) {
        return Math.round(micros * 100) / 100.0;
    }

    static int[] cut(TokenTable table, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        int size = 0;
        for (int at = 0; at < bytes.length; ) {
            int token = table.trie().longest(bytes, at, true);
            tokens[size++] = token;
            at += table.end(token) - table.start(token);
        }
        return Arrays.copyOf(tokens, size);
    }

    /** A tokenizer.json with byte-level BPE, as DeepSeek, Qwen and Llama 3 have. */
    static TokenTable read(JsonNode tokenizer) {
        Map<Integer, Integer> bytes = new HashMap<>();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
            bytes.put(printable ? b : next++, b);
        }
        JsonNode vocabulary = tokenizer.at("/model/vocab");
        int size = 0;
        for (JsonNode id : vocabulary) {
            size = Math.max(size, id.asInt() + 1);
        }
        for (JsonNode added : tokenizer.get("added_tokens")) {
            size = Math.max(size, added.get("id").asInt() + 1);
        }
        TokenTable.Builder builder = TokenTable.builder(size);
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            entry.getKey().codePoints().forEach(cp -> {
                Integer b = bytes.get(cp);
                if (b != null) {
                    piece.write(b);
                }
            });
            builder.text(entry.getValue().asInt(), piece.toByteArray());
        }
        for (JsonNode added : tokenizer.get("added_tokens")) {
            builder.special(added.get("id").asInt(), added.get("content").asText());
        }
        return builder.end(1).build(); // <｜end▁of▁sentence｜>
    }
}
