package dev.unbusy.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.api.DialectSamples.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a dialect's stream as a strict client would: every part begun once and ended once, one end and nothing behind it. */
final class DialectCheckers {
    private DialectCheckers() {}

    /** What a client has in the end. */
    static final class Found {
        final StringBuilder reasoning = new StringBuilder();
        final StringBuilder content = new StringBuilder();
        final List<String> calls = new ArrayList<>();
        boolean failed;

        @Nullable
        JsonNode last;
    }

    static Found check(Dialect dialect, String stream) {
        return switch (dialect) {
            case ANTHROPIC -> anthropic(DialectSamples.events(stream));
            case RESPONSES -> responses(DialectSamples.events(stream));
            case OLLAMA_CHAT -> ollama(DialectSamples.lines(stream), true);
            case OLLAMA_GENERATE -> ollama(DialectSamples.lines(stream), false);
        };
    }

    private static Found anthropic(List<Event> events) {
        Found found = new Found();
        Map<String, String> deltas = Map.of(
                "text", "text_delta:text",
                "thinking", "thinking_delta:thinking",
                "tool_use", "input_json_delta:partial_json");
        String block = null;
        StringBuilder text = new StringBuilder();
        boolean signed = false;
        int blocks = 0;
        String state = "new";
        for (Event event : events) {
            JsonNode data = event.data();
            String type = data.get("type").asText();
            assertThat(event.name()).isEqualTo(type);
            assertThat(state).as("nothing follows the end: %s", data).isNotEqualTo("ended");
            switch (type) {
                case "ping" -> {}
                case "message_start" -> {
                    assertThat(state).isEqualTo("new");
                    assertThat(data.at("/message/usage/input_tokens").isInt()).isTrue();
                    state = "open";
                }
                case "content_block_start" -> {
                    assertThat(state).isEqualTo("open");
                    assertThat(block).as("the block before it has ended").isNull();
                    assertThat(data.get("index").asInt()).isEqualTo(blocks);
                    block = data.at("/content_block/type").asText();
                    text.setLength(0);
                    signed = false;
                }
                case "content_block_delta" -> {
                    assertThat(data.get("index").asInt()).isEqualTo(blocks);
                    assertThat(block).isNotNull();
                    String kind = data.at("/delta/type").asText();
                    if (kind.equals("signature_delta")) {
                        assertThat(block).isEqualTo("thinking");
                        assertThat(signed).isFalse();
                        signed = true;
                    } else {
                        String[] wanted = String.valueOf(deltas.get(block)).split(":");
                        assertThat(kind).isEqualTo(wanted[0]);
                        text.append(data.get("delta").get(wanted[1]).asText());
                    }
                }
                case "content_block_stop" -> {
                    assertThat(data.get("index").asInt()).isEqualTo(blocks);
                    switch (String.valueOf(block)) {
                        case "text" -> found.content.append(text);
                        case "thinking" -> {
                            assertThat(signed).isTrue();
                            found.reasoning.append(text);
                        }
                        case "tool_use" -> found.calls.add(text.toString());
                        default -> throw new AssertionError("stop without a block");
                    }
                    block = null;
                    blocks++;
                }
                case "message_delta" -> {
                    assertThat(state).isEqualTo("open");
                    assertThat(block).isNull();
                    state = "told";
                    found.last = data;
                }
                case "message_stop" -> {
                    assertThat(state).isEqualTo("told");
                    state = "ended";
                }
                case "error" -> {
                    assertThat(data.at("/error/message").asText()).isNotEmpty();
                    found.failed = true;
                    state = "ended";
                }
                default -> throw new AssertionError("event " + type);
            }
        }
        assertThat(state).isEqualTo("ended");
        return found;
    }

    private static Found responses(List<Event> events) {
        Found found = new Found();
        List<JsonNode> done = new ArrayList<>();
        String item = null;
        String expected = "response.created";
        StringBuilder text = new StringBuilder();
        int sequence = 0;
        for (Event event : events) {
            JsonNode data = event.data();
            String type = data.get("type").asText();
            assertThat(event.name()).isEqualTo(type);
            assertThat(data.get("sequence_number").asInt()).isEqualTo(sequence++);
            assertThat(found.last).as("nothing follows the end: %s", data).isNull();
            if (!expected.isEmpty() && !type.equals("response.failed")) {
                assertThat(type).isEqualTo(expected);
            }
            if (data.has("item_id")) {
                assertThat(data.get("item_id").asText()).isEqualTo(item);
            }
            if (data.has("output_index")) {
                assertThat(data.get("output_index").asInt()).isEqualTo(done.size());
            }
            expected = "";
            switch (type) {
                case "keepalive" -> assertThat(sequence).isGreaterThan(2);
                case "response.created" -> expected = "response.in_progress";
                case "response.in_progress" ->
                    assertThat(data.at("/response/status").asText()).isEqualTo("in_progress");
                case "response.output_item.added" -> {
                    assertThat(item).isNull();
                    item = data.at("/item/id").asText();
                    text.setLength(0);
                    expected = item.startsWith("fc_") ? "" : "response.content_part.added";
                }
                case "response.content_part.added" -> assertThat(item).isNotNull();
                case "response.output_text.delta",
                        "response.reasoning_text.delta",
                        "response.function_call_arguments.delta" ->
                    text.append(data.get("delta").asText());
                case "response.output_text.done", "response.reasoning_text.done" -> {
                    assertThat(data.get("text").asText()).isEqualTo(text.toString());
                    (type.contains("reasoning") ? found.reasoning : found.content).append(text);
                    expected = "response.content_part.done";
                }
                case "response.function_call_arguments.done" -> {
                    assertThat(data.get("arguments").asText()).isEqualTo(text.toString());
                    found.calls.add(text.toString());
                    expected = "response.output_item.done";
                }
                case "response.content_part.done" -> {
                    assertThat(data.at("/part/text").asText()).isEqualTo(text.toString());
                    expected = "response.output_item.done";
                }
                case "response.output_item.done" -> {
                    done.add(data.get("item"));
                    item = null;
                }
                case "response.completed", "response.incomplete" -> {
                    assertThat(item).isNull();
                    assertThat(type).endsWith(data.at("/response/status").asText());
                    assertThat(data.at("/response/output").valueStream().toList())
                            .isEqualTo(done);
                    found.last = data;
                }
                case "response.failed" -> {
                    assertThat(data.at("/response/error/message").asText()).isNotEmpty();
                    found.failed = true;
                    found.last = data;
                }
                default -> throw new AssertionError("event " + type);
            }
        }
        assertThat(found.last).as("the stream has an end").isNotNull();
        return found;
    }

    private static Found ollama(List<JsonNode> lines, boolean chat) {
        Found found = new Found();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            boolean last = i == lines.size() - 1;
            if (line.has("error")) {
                assertThat(last).isTrue();
                found.failed = true;
                return found;
            }
            assertThat(line.get("done").asBoolean()).isEqualTo(last);
            JsonNode message = chat ? line.get("message") : line;
            found.content.append(message.get(chat ? "content" : "response").asText());
            found.reasoning.append(message.path("thinking").asText());
            message.path("tool_calls").forEach(call -> {
                assertThat(call.at("/function/arguments").isObject()).isTrue();
                found.calls.add(call.at("/function/arguments").toString());
            });
            found.last = line;
        }
        assertThat(found.last).isNotNull();
        return found;
    }
}
