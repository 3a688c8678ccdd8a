package dev.unbusy.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.SseParser;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** The turns so far, and the next one asked of the service. A turn without a whole answer leaves no trace in it. */
final class Conversation {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_EVENT = 4 << 20;

    private final ServiceClient client;
    private final String model;
    private final @Nullable String system;
    private final @Nullable Integer maxTokens;
    private final ArrayNode messages = JSON.createArrayNode();

    Conversation(ServiceClient client, String model, @Nullable String system, @Nullable Integer maxTokens) {
        this.client = client;
        this.model = model;
        this.system = system;
        this.maxTokens = maxTokens;
        clear();
    }

    String model() {
        return model;
    }

    void clear() {
        messages.removeAll();
        if (system != null) {
            messages.addObject().put("role", "system").put("content", system);
        }
    }

    /**
     * An interrupt of this thread closes the connection, so that the service stops working for it, and ends the turn; the
     * thread is then no longer interrupted.
     *
     * @throws CliException if the service cannot be reached
     */
    Turn ask(String text, AnswerReader.Listener listener) {
        AnswerReader answer = new AnswerReader(listener, System.nanoTime());
        Turn turn;
        try {
            turn = ask(text, answer);
        } catch (InterruptedException e) {
            turn = answer.interrupted(text);
        } catch (IOException | ApiException e) {
            // Reading from the client's stream turns an interrupt into this.
            turn = Thread.interrupted()
                    ? answer.interrupted(text)
                    : answer.failed(text, Text.of("The answer was cut off: %s", "回答中断：%s", ServiceClient.reason(e)));
        }
        if (turn.outcome() == Turn.Outcome.COMPLETE) {
            messages.addObject().put("role", "user").put("content", text);
            // Thoughts are not sent back: the models' authors say so.
            messages.addObject().put("role", "assistant").put("content", turn.answer());
        }
        return turn;
    }

    private Turn ask(String text, AnswerReader answer) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.post("/v1/chat/completions", body(text));
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                return answer.failed(text, ServiceClient.refusal(response.statusCode(), in.readNBytes(1 << 16)));
            }
            SseParser parser = new SseParser(LARGEST_EVENT, answer);
            byte[] buffer = new byte[16_384];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                parser.feed(buffer, 0, count);
            }
            return answer.ended(text);
        }
    }

    private String body(String text) {
        ArrayNode asked = messages.deepCopy();
        asked.addObject().put("role", "user").put("content", text);
        ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        body.set("messages", asked);
        if (maxTokens != null) {
            body.put("max_tokens", maxTokens);
        }
        return body.toString();
    }
}
