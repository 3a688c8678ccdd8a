package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.SseParser;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The turns so far, and the next one asked of the service. A turn that fails leaves no trace in it. */
final class Conversation {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_EVENT = 4 << 20;

    /** Sees an answer while it comes. */
    interface Listener {
        void reasoning(String text);

        void content(String text);

        void end();

        void failed(Text why);
    }

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

    /** @return whether there was a whole answer */
    boolean ask(String text, Listener listener) throws InterruptedException {
        ArrayNode asked = messages.deepCopy();
        asked.addObject().put("role", "user").put("content", text);
        ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", true);
        body.set("messages", asked);
        if (maxTokens != null) {
            body.put("max_tokens", maxTokens);
        }
        HttpResponse<InputStream> response = client.post("/v1/chat/completions", body.toString());
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                listener.failed(error(response.statusCode(), in.readNBytes(1 << 16)));
                return false;
            }
            Answer answer = new Answer(listener);
            SseParser parser = new SseParser(LARGEST_EVENT, answer);
            byte[] buffer = new byte[16_384];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                parser.feed(buffer, 0, count);
            }
            if (answer.error != null) {
                listener.failed(answer.error);
                return false;
            }
            if (!answer.whole) {
                listener.failed(Text.of("The answer was cut off.", "回答中断。"));
                return false;
            }
            listener.end();
            // Thoughts are not sent back: the models' authors say so.
            messages.addObject().put("role", "user").put("content", text);
            messages.addObject().put("role", "assistant").put("content", answer.content.toString());
            return true;
        } catch (IOException | ApiException e) {
            listener.failed(Text.of("The answer was cut off: %s", "回答中断：%s", e));
            return false;
        }
    }

    private static Text error(int status, byte[] body) {
        String message;
        try {
            message = JSON.readTree(body).path("error").path("message").asText();
        } catch (IOException e) {
            message = new String(body, StandardCharsets.UTF_8);
        }
        return Text.of("The service refused (%d): %s", "服务拒绝了请求（%d）：%s", status, message);
    }

    /** One answer while it is read. */
    private static final class Answer implements SseParser.Listener {
        private final Listener listener;
        private final StringBuilder content = new StringBuilder();
        private boolean whole;
        private @Nullable Text error;

        Answer(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void event(@Nullable String type, String data) {
            if (data.strip().equals("[DONE]")) {
                whole = true;
                return;
            }
            try {
                JsonNode json = JSON.readTree(data);
                if (json.has("error")) {
                    String message = json.path("error").path("message").asText();
                    error = Text.of("The answer failed: %s", "回答失败：%s", message);
                }
                JsonNode delta = json.path("choices").path(0).path("delta");
                if (!delta.path("reasoning_content").asText("").isEmpty()) {
                    listener.reasoning(delta.path("reasoning_content").asText());
                }
                String text = delta.path("content").isTextual()
                        ? delta.path("content").asText()
                        : "";
                if (!text.isEmpty()) {
                    content.append(text);
                    listener.content(text);
                }
            } catch (IOException e) {
                error = Text.of("The answer is not JSON: %s", "回答不是 JSON：%s", e);
            }
        }
    }
}
