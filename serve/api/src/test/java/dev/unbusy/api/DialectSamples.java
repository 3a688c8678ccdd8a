package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workers' events, and readers of what the dialects make of them. */
final class DialectSamples {
    static final ObjectMapper JSON = new ObjectMapper();
    static final DialectHead HEAD = new DialectHead("0a1b", 1_764_000_000_123L, "deepseek-r1");
    static final String USAGE = "{\"prompt_tokens\":20,\"completion_tokens\":7,\"total_tokens\":27,"
            + "\"prompt_cache_hit_tokens\":16,\"prompt_cache_miss_tokens\":4,"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":3}}";

    private DialectSamples() {}

    /** One event of a dialect's stream. */
    record Event(@Nullable String name, JsonNode data) {}

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static JsonNode json(byte[] bytes) {
        return json(new String(bytes, UTF_8));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    /** An event with this delta. */
    static byte[] delta(String delta) {
        return bytes("{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}");
    }

    /** The last event, as DeepSeek and our worker send it. */
    static byte[] finish(String reason) {
        return bytes("{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason
                + "\"}],\"usage\":" + USAGE + "}");
    }

    /** A whole answer with this message. */
    static byte[] whole(String message, String reason) {
        return bytes("{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":" + message
                + ",\"finish_reason\":\"" + reason + "\"}],\"usage\":" + USAGE + "}");
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static ArrayNode array() {
        return JSON.createArrayNode();
    }

    static DialectAnswer answer(Dialect dialect, String request) {
        return dialect.read(bytes(request)).answer(HEAD);
    }

    /** A minimal request of each dialect. */
    static String minimal(Dialect dialect, boolean stream) {
        String head = "{\"model\":\"m\",\"stream\":" + stream + ",";
        return head
                + switch (dialect) {
                    case ANTHROPIC -> "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
                    case RESPONSES -> "\"input\":\"hi\"}";
                    case OLLAMA_CHAT -> "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
                    case OLLAMA_GENERATE -> "\"prompt\":\"hi\"}";
                };
    }

    /** The whole stream of these events and their end, one event a second. */
    static String stream(Dialect dialect, byte[]... events) {
        DialectAnswer answer = answer(dialect, minimal(dialect, true));
        StringBuilder all = new StringBuilder();
        long second = 0;
        for (byte[] event : events) {
            all.append(new String(answer.event(event, ++second * 1_000_000_000), UTF_8));
        }
        return all.append(new String(answer.end(++second * 1_000_000_000), UTF_8))
                .toString();
    }

    static List<Event> events(String stream) {
        List<Event> events = new ArrayList<>();
        SseParser parser = new SseParser(64 << 20, new SseParser.Listener() {
            @Override
            public void event(@Nullable String type, String data) {
                events.add(new Event(type, json(data)));
            }
        });
        parser.feed(bytes(stream));
        return events;
    }

    static List<JsonNode> lines(String stream) {
        List<JsonNode> lines = new ArrayList<>();
        if (!stream.isEmpty() && !stream.endsWith("\n")) {
            throw new AssertionError("a line has no end: " + stream);
        }
        for (String line : stream.split("\n")) {
            lines.add(json(line)); // a blank line is no JSON: clients would fail, and so does this
        }
        return lines;
    }
}
