package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tools with the real model, which would hardly call one by itself: its template knows none. */
class ToolCallsTest {
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final String WEATHER = """
            {"type":"function","function":{"name":"get_weather","description":"The weather of a city","strict":true,
            "parameters":{"type":"object","properties":{"city":{"type":"string","maxLength":30},
            "unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["city","unit"],
            "additionalProperties":false}}}""";
    private static final String ADD = """
            {"type":"function","function":{"name":"add","description":"Adds two numbers","parameters":{"type":"object",
            "properties":{"a":{"type":"integer","minimum":-999,"maximum":999},"b":{"type":"integer","minimum":-999,
            "maximum":999}},"required":["a","b"]}}}""";
    private static final String TOOLS = "\"tools\":[" + WEATHER + "," + ADD + "]";

    private static Chats chats;

    @BeforeAll
    static void start() {
        chats = new Chats(RealModel.file());
    }

    @AfterAll
    static void stop() {
        chats.close();
    }

    private static JsonNode message(JsonNode answer) {
        return answer.at("/choices/0/message");
    }

    private static JsonNode schema(String name) {
        return Chats.json(name.equals("add") ? ADD : WEATHER).at("/function/parameters");
    }

    private static void assertValid(JsonNode call) {
        String name = call.at("/function/name").asText();
        JsonNode arguments = Chats.json(call.at("/function/arguments").asText());
        assertThat(call.get("type").asText()).isEqualTo("function");
        assertThat(call.get("id").asText()).startsWith("call_");
        assertThat(SCHEMAS.getSchema(schema(name)).validate(arguments))
                .as(call.toString())
                .isEmpty();
    }

    @Test
    @Timeout(300)
    void requiredCalls_areAlwaysValid_atAnyTemperature() {
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        int count = RealModel.cases(8, 40);
        for (int seed = 0; seed < count; seed++) {
            answers.add(chats.sendChat(Chats.chat(
                    "What is the weather in Paris?",
                    TOOLS + ",\"tool_choice\":\"required\",\"parallel_tool_calls\":" + (seed % 3 == 0) + ",\"seed\":"
                            + seed + ",\"max_tokens\":120" + ",\"temperature\":" + seed % 4 * 0.5)));
        }
        Set<String> ids = new HashSet<>();
        for (int seed = 0; seed < count; seed++) {
            JsonNode answer = answers.get(seed).join();
            JsonNode calls = message(answer).get("tool_calls");
            assertThat(calls).as(answer.toString()).isNotNull();
            String reason = answer.at("/choices/0/finish_reason").asText();
            // Calls may follow each other up to max_tokens: the model is poor.
            assertThat(reason).isIn("tool_calls", seed % 3 == 0 ? "length" : "tool_calls");
            int complete = reason.equals("length") ? calls.size() - 1 : calls.size();
            for (int i = 0; i < complete; i++) {
                assertValid(calls.get(i));
                assertThat(ids.add(calls.get(i).get("id").asText())).isTrue();
            }
            if (seed % 3 != 0) {
                assertThat(calls.size()).isEqualTo(1);
                assertThat(message(answer).get("content").isNull()).isTrue();
            }
        }
    }

    @Test
    void aNamedFunction_isCalledOnce() {
        for (String name : new String[] {"add", "get_weather"}) {
            JsonNode answer = chats.chat(Chats.chat(
                    "Hello.",
                    TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"" + name + "\"}}"));
            JsonNode calls = message(answer).get("tool_calls");
            assertThat(calls.size()).isEqualTo(1);
            assertThat(calls.get(0).at("/function/name").asText()).isEqualTo(name);
            assertValid(calls.get(0));
            assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
        }
    }

    @Test
    void stream_tellsIdAndNameFirst_thenArgumentsInParts_thenWhyItEnded() {
        List<JsonNode> events = chats.stream(Chats.chat(
                "Hello.",
                TOOLS + ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false," + "\"temperature\":0"));
        StringBuilder arguments = new StringBuilder();
        List<JsonNode> deltas = new ArrayList<>();
        for (JsonNode event : events) {
            JsonNode delta = event.at("/choices/0/delta");
            assertThat(delta.path("content").asText("")).isEmpty();
            delta.path("tool_calls").forEach(deltas::add);
        }
        JsonNode first = deltas.getFirst();
        assertThat(first.get("index").asInt()).isZero();
        assertThat(first.get("id").asText()).startsWith("call_");
        assertThat(first.get("type").asText()).isEqualTo("function");
        assertThat(first.at("/function/arguments").asText()).isEmpty();
        assertThat(deltas).hasSizeGreaterThan(3);
        for (JsonNode delta : deltas.subList(1, deltas.size())) {
            assertThat(delta.get("index").asInt()).isZero();
            assertThat(delta.has("id")).isFalse();
            assertThat(delta.at("/function").has("name")).isFalse();
            arguments.append(delta.at("/function/arguments").asText());
        }
        assertThat(SCHEMAS.getSchema(schema(first.at("/function/name").asText()))
                        .validate(Chats.json(arguments.toString())))
                .isEmpty();
        assertThat(events.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
    }

    @Test
    void toolChoiceNone_showsTheModelNoTools() {
        String fields = "\"max_tokens\":8,\"temperature\":0";
        JsonNode without = chats.chat(Chats.chat("Hello.", fields));
        JsonNode none = chats.chat(Chats.chat("Hello.", TOOLS + ",\"tool_choice\":\"none\"," + fields));
        assertThat(message(none).has("tool_calls")).isFalse();
        assertThat(none.at("/usage/prompt_tokens")).isEqualTo(without.at("/usage/prompt_tokens"));
    }

    @Test
    void auto_leavesTheAnswerFree() {
        JsonNode answer = chats.chat(Chats.chat("Say hello.", TOOLS + ",\"max_tokens\":40,\"seed\":3"));
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isGreaterThan(100);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isPositive();
    }

    @Test
    void aConversationWithCallsAndResults_isReadOn() {
        String messages = """
                "messages":[{"role":"user","content":"2 and 3?"},{"role":"assistant","content":null,"tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"add","arguments":"{\\"a\\":2,\\"b\\":3}"}}]},
                {"role":"tool","tool_call_id":"call_1","content":"The sum is 5."}],""";
        JsonNode answer = chats.chat(Chats.chat("", messages + TOOLS + ",\"max_tokens\":60,\"temperature\":0"));
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isGreaterThan(150);
        // Also without the tools: the conversation is what it was.
        assertThat(message(chats.chat(Chats.chat("", messages + "\"max_tokens\":20")))
                        .has("content"))
                .isTrue();
    }

    @Test
    void responseFormatBesideTools_givesOneOrTheOther() {
        String format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":"
                + "{\"type\":\"object\",\"properties\":{\"yes\":{\"type\":\"boolean\"}},\"required\":[\"yes\"]}}}";
        for (int seed = 0; seed < 6; seed++) {
            JsonNode answer = chats.chat(Chats.chat(
                    "Is it raining?", TOOLS + "," + format + ",\"parallel_tool_calls\":false,\"seed\":" + seed));
            JsonNode calls = message(answer).get("tool_calls");
            if (calls != null) {
                calls.forEach(ToolCallsTest::assertValid);
            } else {
                assertThat(Chats.json(message(answer).get("content").asText())
                                .get("yes")
                                .isBoolean())
                        .isTrue();
            }
        }
    }

    @Test
    void stopTexts_endTheContent_notTheMarkupOfCalls() {
        ObjectNode request = Chats.chat(
                "Hello.",
                TOOLS + ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false,\"stop\":[\"\\n\",\"{\"]");
        JsonNode answer = chats.chat(request);
        message(answer).get("tool_calls").forEach(ToolCallsTest::assertValid);
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
        JsonNode text = chats.chat(
                Chats.chat("Count to ten.", TOOLS + ",\"max_tokens\":80,\"stop\":[\" \"],\"temperature\":0"));
        if (!message(text).has("tool_calls")) {
            assertThat(message(text).get("content").asText()).doesNotContain(" ");
        }
    }

    @Test
    void logprobs_ofCallsAreNotThoseOfTheContent() {
        JsonNode answer = chats.chat(Chats.chat(
                "Hello.", TOOLS + ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false,\"logprobs\":true"));
        assertThat(message(answer).get("tool_calls").size()).isEqualTo(1);
        assertThat(answer.at("/choices/0/logprobs/content")).isEmpty();
        JsonNode text =
                chats.chat(Chats.chat("Say hello.", TOOLS + ",\"max_tokens\":20,\"logprobs\":true,\"temperature\":0"));
        if (!message(text).has("tool_calls")) {
            StringBuilder told = new StringBuilder();
            text.at("/choices/0/logprobs/content")
                    .forEach(token -> told.append(token.get("token").asText()));
            assertThat(told.toString()).startsWith(message(text).get("content").asText());
        }
    }

    @Test
    void aStrictToolThatCannotBeEnforced_isRefusedByName_anotherTakesAnyObject() {
        String odd = "{\"type\":\"function\",\"function\":{\"name\":\"odd\",%s\"parameters\":{\"type\":\"object\","
                + "\"properties\":{\"a\":{\"type\":\"array\",\"uniqueItems\":true}}}}}";
        String named = ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"odd\"}}";
        JsonNode error = chats.refusal(
                Chats.chat("?", "\"tools\":[" + ADD + "," + odd.formatted("\"strict\":true,") + "]" + named));
        assertThat(error.get("code").asText()).isEqualTo("schema-unsupported");
        assertThat(error.get("param").asText()).isEqualTo("tools[1].function.parameters");
        assertThat(error.get("message").asText()).contains("/properties/a/uniqueItems", "uniqueItems");
        JsonNode answer = chats.chat(
                Chats.chat("?", "\"tools\":[" + ADD + "," + odd.formatted("") + "]" + named + ",\"seed\":1"));
        assertThat(message(answer).at("/tool_calls/0/function/arguments").asText())
                .startsWith("{");
    }
}
