package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpliceTest {
    private final Splice splice = new Splice(1_000);

    private static String chunk(String id, String delta, String finish) {
        return "data: {\"id\":\"" + id + "\",\"created\":" + id.length() + ",\"choices\":[{\"index\":0,\"delta\":{"
                + delta + "},\"finish_reason\":" + finish + "}]}\n\n";
    }

    private static String content(String id, String text) {
        return chunk(id, "\"content\":\"" + text + "\"", "null");
    }

    private String pass(String events) {
        ByteBuf out = splice.pass(Unpooled.copiedBuffer(events, UTF_8), false);
        String text = out.toString(UTF_8);
        out.release();
        return text;
    }

    @Test
    void theFirstPart_passesUnchanged_andIsKept() {
        String events = ": hi\n\n" + chunk("a", "\"role\":\"assistant\",\"content\":null", "null")
                + content("a", "Once ") + content("a", "u\\\"p");
        assertThat(splice.suffices()).isFalse();
        assertThat(pass(events)).isEqualTo(events);
        assertThat(splice.suffices()).isTrue();
        assertThat(splice.text()).isEqualTo("Once u\"p");
        assertThat(splice.tokens()).isEqualTo(2);
    }

    @Test
    void whatFollows_looksLikeTheRestOfTheFirst() throws Exception {
        pass(content("first", "Once ") + content("first", "upon"));
        splice.goOn(true);
        String out = pass(chunk("second", "\"role\":\"assistant\",\"content\":null", "null")
                + content("second", "Once upon a") + content("second", " time")
                + chunk("second", "", "\"stop\"")
                + "data: {\"id\":\"second\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,"
                + "\"total_tokens\":15}}\n\n");
        List<JsonNode> events = new ArrayList<>();
        for (String event : out.split("\n\n")) {
            events.add(Running.JSON.readTree(event.substring(6)));
        }
        assertThat(events)
                .hasSize(4)
                .allMatch(event -> event.path("id").asText().equals("first"));
        assertThat(events.getFirst().path("choices").path(0).path("delta").toString())
                .isEqualTo("{\"content\":\" a\"}");
        assertThat(events.get(2).path("choices").path(0).path("finish_reason").asText())
                .isEqualTo("stop");
        assertThat(events.get(3).path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}");
        assertThat(splice.text()).isEqualTo("Once upon a time");
        assertThat(splice.suffices()).as("it has ended").isFalse();
        assertThat(splice.whole(new UsageScan.Found(12, 3, 4, -1))).isEqualTo(new UsageScan.Found(10, 5, 4, -1));
    }

    @Test
    void aServerThatDoesNotRepeat_isTakenAtItsWord() {
        pass(content("a", "ha"));
        splice.goOn(false);
        assertThat(pass(content("b", "ha") + content("b", "!")))
                .contains("\"ha\"")
                .contains("\"!\"");
        assertThat(splice.text()).isEqualTo("haha!");
    }

    @Test
    void whatTextDoesNotTell_isGivenUp() {
        for (String other : List.of(
                chunk("a", "\"tool_calls\":[{\"index\":0}]", "null"),
                chunk("a", "\"reasoning_content\":\"hm\"", "null"),
                chunk("a", "\"content\":\"x\"", "\"stop\""),
                "data: {\"choices\":[{},{}]}\n\n",
                "data: nonsense\n\n",
                content("a", "x".repeat(1_001)))) {
            Splice one = new Splice(1_000);
            one.pass(Unpooled.copiedBuffer(content("a", "Once") + other, UTF_8), false)
                    .release();
            assertThat(one.suffices()).as(other).isFalse();
        }
    }

    @Test
    void anyBytes_passUnchangedInTheFirstPart_andNeverThrowInTheSecond() {
        Random random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            Splice one = new Splice(1_000);
            byte[] bytes = (content("a", "Once") + content("a", " upon") + "data: [DONE]\n\n").getBytes(UTF_8);
            for (int k = random.nextInt(5); k > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ByteBuf first = one.pass(Unpooled.copiedBuffer(bytes), false);
            byte[] seen = new byte[first.readableBytes()];
            first.readBytes(seen);
            first.release();
            assertThat(seen).isEqualTo(bytes);
            one.goOn(random.nextBoolean());
            one.pass(Unpooled.copiedBuffer(bytes), true).release();
        }
    }
}
