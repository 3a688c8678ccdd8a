package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixBodyTest {
    private static final String CHAT = "{\"model\":\"m\",\"max_tokens\":50,\"temperature\":0.10,\"x\":{\"y\":[1,2.50]},"
            + "\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";

    private static JsonNode of(String request, Prefill prefill) throws IOException {
        return Running.JSON.readTree(
                Objects.requireNonNull(PrefixBody.of(request.getBytes(UTF_8), prefill, "Once \"upon\" 世\n", 20)));
    }

    @Test
    void aChat_endsInTheBeginningOfTheAnswer_andAllElseStays() throws IOException {
        JsonNode body = of(CHAT, Prefill.LAST_MESSAGE);
        assertThat(body.path("messages")).hasSize(3);
        assertThat(body.path("messages").path(2).toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"Once \\\"upon\\\" 世\\n\"}");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(30);
        assertThat(body.path("x").toString()).isEqualTo("{\"y\":[1,2.50]}".replace("2.50", "2.5"));
        assertThat(body.has("continue_final_message")).isFalse();
    }

    @Test
    void eachKindOfServer_isToldInItsOwnWay() throws IOException {
        assertThat(of(CHAT, Prefill.PREFIX)
                        .path("messages")
                        .path(2)
                        .path("prefix")
                        .asBoolean())
                .isTrue();
        JsonNode flagged = of(CHAT, Prefill.CONTINUE_FINAL_MESSAGE);
        assertThat(flagged.path("continue_final_message").asBoolean()).isTrue();
        assertThat(flagged.path("add_generation_prompt").asBoolean(true)).isFalse();
    }

    @Test
    void aPrompt_becomesLonger_andOneTokenMayAlwaysCome() throws IOException {
        JsonNode body = of("{\"prompt\":\"a\",\"max_tokens\":5}", Prefill.NOT_KNOWN);
        assertThat(body.path("prompt").asText()).isEqualTo("aOnce \"upon\" 世\n");
        assertThat(body.path("max_tokens").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\":[{\"role\":\"user\"},{\"role\":\"assistant\",\"content\":\"x\"}]}",
                "{\"messages\":5}",
                "{\"messages\":[5]}",
                "{\"prompt\":[1,2]}",
                "{\"prompt\":\"a\",\"logprobs\":3}",
                "{\"messages\":[],\"response_format\":{\"type\":\"json_object\"}}",
                "{}",
                "[]",
                "nonsense"
            })
    void whatCannotBeGoneOnWith_isNot(String request) {
        assertThat(PrefixBody.of(request.getBytes(UTF_8), Prefill.PREFIX, "x", 1))
                .isNull();
    }

    @Test
    void damagedRequests_giveABodyOrNone_butNothingElse() {
        Random random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = CHAT.getBytes(UTF_8);
            for (int k = random.nextInt(4); k >= 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] body = PrefixBody.of(bytes, Prefill.PREFIX, "x", 1);
            assertThat(body == null || body.length > 0).isTrue();
        }
    }
}
