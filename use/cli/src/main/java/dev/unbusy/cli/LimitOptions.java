package dev.unbusy.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** Options that keys and tenants have alike. */
final class LimitOptions {
    @Option(names = "--requests-per-minute", paramLabel = "N", descriptionKey = "keys.requests")
    private long requestsPerMinute;

    @Option(names = "--tokens-per-minute", paramLabel = "N", descriptionKey = "keys.tokens")
    private long tokensPerMinute;

    @Option(names = "--concurrency", paramLabel = "N", descriptionKey = "keys.concurrency")
    private int concurrency;

    @Option(names = "--weight", paramLabel = "N", descriptionKey = "keys.weight", defaultValue = "1")
    private int weight;

    void writeTo(ObjectNode body) {
        body.put("requestsPerMinute", requestsPerMinute);
        body.put("tokensPerMinute", tokensPerMinute);
        body.put("concurrency", concurrency);
        body.put("weight", weight);
    }
}
