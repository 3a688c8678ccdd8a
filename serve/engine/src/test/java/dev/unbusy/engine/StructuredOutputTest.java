package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.unbusy.scheduler.Speculation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code response_format} with the real model, which is too small to write JSON by itself. */
class StructuredOutputTest {
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final String PERSON = """
            {"type":"object","properties":{"name":{"type":"string","maxLength":20},"age":{"type":"integer","minimum":0,
            "maximum":150}},"required":["name","age"],"additionalProperties":false}""";

    private static Chats chats;

    @BeforeAll
    static void start() {
        chats = new Chats(RealModel.file());
    }

    @AfterAll
    static void stop() {
        chats.close();
    }

    private static String format(Object schema, boolean strict) {
        return "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"strict\":" + strict
                + ",\"schema\":" + schema + "}}";
    }

    private static JsonNode message(JsonNode answer) {
        return answer.at("/choices/0/message");
    }

    @Test
    @Timeout(300)
    void randomStrictSchemas_areFollowedAtAnyTemperature() {
        StrictSchemas schemas = new StrictSchemas(20261124);
        int count = RealModel.cases(16, 80);
        List<ObjectNode> asked = new ArrayList<>();
        List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectNode schema = schemas.next();
            asked.add(schema);
            answers.add(chats.sendChat(Chats.chat(
                    "Tell me about a town.",
                    format(schema, true) + ",\"seed\":" + i + ",\"temperature\":" + (i % 4) * 0.5
                            + (i % 5 == 0 ? ",\"top_k\":20" : "") + (i % 7 == 0 ? ",\"top_p\":0.9" : ""))));
        }
        for (int i = 0; i < count; i++) {
            JsonNode answer = answers.get(i).join();
            String content = message(answer).get("content").asText();
            assertThat(answer.at("/choices/0/finish_reason").asText())
                    .as("%s of %s", content, asked.get(i))
                    .isEqualTo("stop");
            assertThat(SCHEMAS.getSchema(asked.get(i)).validate(Chats.json(content)))
                    .as("%s of %s", content, asked.get(i))
                    .isEmpty();
        }
    }

    @Test
    void jsonObject_isAnObjectToTheEnd_orCutByMaxTokens() {
        for (int seed = 0; seed < 4; seed++) {
            JsonNode answer = chats.chat(Chats.chat(
                    "Write JSON about a cat.",
                    "\"response_format\":{\"type\":\"json_object\"},\"max_tokens\":300,\"seed\":" + seed));
            String content = message(answer).get("content").asText();
            assertThat(content).startsWith("{");
            if (answer.at("/choices/0/finish_reason").asText().equals("stop")) {
                assertThat(Chats.json(content).isObject()).isTrue();
            } else {
                assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(300);
            }
        }
    }

    @Test
    void stream_joinsToValidJson_forEachChoice() {
        StringBuilder[] texts = {new StringBuilder(), new StringBuilder()};
        String[] reasons = new String[2];
        for (JsonNode event : chats.stream(
                Chats.chat("Who are you?", format(PERSON, true) + ",\"seed\":5,\"n\":2,\"temperature\":1"))) {
            JsonNode choice = event.at("/choices/0");
            int index = choice.get("index").asInt();
            texts[index].append(choice.at("/delta/content").asText(""));
            reasons[index] = choice.get("finish_reason").asText();
        }
        for (int i = 0; i < 2; i++) {
            assertThat(SCHEMAS.getSchema(PERSON).validate(Chats.json(texts[i].toString())))
                    .isEmpty();
            assertThat(reasons[i]).isEqualTo("stop");
        }
    }

    @Test
    void guessedTokens_areHeldToTheSchemaToo() {
        // Guesses come from the prompt, which repeats what the schema forbids.
        String repeated = "{\"name\": \"Bob Bob Bob Bob Bob Bob\", \"age\": 999, \"more\": true} ".repeat(12);
        try (Chats guessing = new Chats(RealModel.file(), RealModel.config(4, 2048, 0, 64, Speculation.ALWAYS))) {
            for (int seed = 0; seed < 4; seed++) {
                JsonNode answer = guessing.chat(
                        Chats.chat(repeated, format(PERSON, true) + ",\"temperature\":0.3,\"seed\":" + seed));
                String content = message(answer).get("content").asText();
                assertThat(SCHEMAS.getSchema(PERSON).validate(Chats.json(content)))
                        .as(content)
                        .isEmpty();
            }
        }
    }

    @Test
    void logprobs_areToldForEachToken_andAreTheModelsOwn() {
        JsonNode answer = chats.chat(Chats.chat(
                "Who are you?", format(PERSON, true) + ",\"logprobs\":true,\"top_logprobs\":2,\"temperature\":0"));
        JsonNode tokens = answer.at("/choices/0/logprobs/content");
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append(token.get("token").asText()));
        assertThat(text.toString()).isEqualTo(message(answer).get("content").asText());
        assertThat(tokens.get(0).get("token").asText()).startsWith("{");
        // What the model would rather have said is not the JSON that it had to write.
        assertThat(tokens.get(0).at("/top_logprobs/0/logprob").asDouble())
                .isGreaterThan(tokens.get(0).get("logprob").asDouble());
    }

    @Test
    void stop_endsTheAnswerInsideTheJson() {
        // With both quotes it is the key: a name may well be "Village" or "agent".
        JsonNode answer =
                chats.chat(Chats.chat("Who?", format(PERSON, true) + ",\"stop\":[\"\\\"age\\\"\"],\"temperature\":0"));
        String content = message(answer).get("content").asText();
        assertThat(content).startsWith("{\"name\":").doesNotContain("\"age\"");
        assertThat(SCHEMAS.getSchema(PERSON).validate(Chats.json(content + "\"age\":1}")))
                .as(content)
                .isEmpty();
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void logitBias_cannotBreakTheSchema() {
        // 0 and 2 end the generation of this model.
        JsonNode answer = chats.chat(
                Chats.chat("Who?", format(PERSON, true) + ",\"logit_bias\":{\"0\":100,\"2\":100},\"ignore_eos\":true"));
        assertThat(SCHEMAS.getSchema(PERSON)
                        .validate(Chats.json(message(answer).get("content").asText())))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"object","properties":{"a":{"type":"array","uniqueItems":true}}} | schema-unsupported | /properties/a/uniqueItems
            {"type":"object","properties":{"a":{"not":{"type":"string"}}}}           | schema-unsupported | /properties/a/not
            {"type":"object","properties":{"a":{"$ref":"http://x.example/s.json"}}}  | schema-unsupported | /properties/a
            {"type":"object","properties":{"a":{"type":"txt"}}}                      | schema-invalid     | /properties/a/type
            {"type":"string","pattern":"^(?=a)b$"}                                   | pattern-unsupported | ^(?=a)b$
            {"allOf":[{"const":1},{"const":2}]}                                      | schema-unsatisfiable | #
            """)
    void aSchemaThatCannotBeDone_isRefusedByName(String schema, String code, String place) {
        for (int i = 0; i < 2; i++) {
            JsonNode error = chats.refusal(Chats.chat("?", format(schema, i == 0)));
            assertThat(error.get("code").asText()).as(error.toString()).isEqualTo(code);
            assertThat(error.get("param").asText()).isEqualTo("response_format.json_schema.schema");
            assertThat(error.get("message").asText()).contains(place, "response_format.json_schema.schema");
        }
    }

    @Test
    void anAnswerThatIsBegun_cannotBeHeldToAFormat() {
        JsonNode error = chats.refusal(Chats.chat(
                "",
                format(PERSON, true) + ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                        + "{\"role\":\"assistant\",\"content\":\"{\",\"prefix\":true}]"));
        assertThat(error.get("param").asText()).isEqualTo("response_format");
    }
}
