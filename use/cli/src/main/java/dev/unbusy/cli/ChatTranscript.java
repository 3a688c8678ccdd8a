package dev.unbusy.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A chat as one JSON document: every turn in order, whatever came of it. Unknown values are null. */
final class ChatTranscript {
    private final ObjectNode document = new ObjectMapper().createObjectNode();
    private final ArrayNode turns;
    private int conversation = 1;

    ChatTranscript(URI service, String model, @Nullable String system) {
        document.put("url", service.toString()).put("model", model).put("system", system);
        turns = document.putArray("turns");
    }

    /** The next turn knows nothing of those before it. */
    void cleared() {
        conversation++;
    }

    void add(Turn turn) {
        Turn.Usage usage = turn.usage();
        turns.addObject()
                .put("conversation", conversation)
                .put("user", turn.question())
                .put("assistant", turn.answer())
                .put("reasoning", turn.reasoning().isEmpty() ? null : turn.reasoning())
                .put("outcome", turn.outcome().name().toLowerCase(Locale.ROOT))
                .put("finishReason", turn.finishReason())
                .put("error", turn.error() == null ? null : turn.error().en())
                .put("promptTokens", usage == null ? null : (Long) usage.prompt())
                .put("completionTokens", usage == null ? null : (Long) usage.completion())
                .put("reasoningTokens", usage == null ? null : (Long) usage.reasoning())
                .put("cachedTokens", usage == null ? null : (Long) usage.cached())
                .put("ttftMs", Double.isNaN(turn.ttftMillis()) ? null : rounded(turn.ttftMillis()))
                .put("e2eMs", rounded(turn.e2eMillis()));
    }

    private static Double rounded(double millis) {
        return Math.round(millis * 100) / 100.0;
    }

    String json() {
        return document.toString();
    }
}
