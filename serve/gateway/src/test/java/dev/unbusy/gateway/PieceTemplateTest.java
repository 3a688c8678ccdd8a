package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceTemplateTest {
    private final PieceTemplate template = new PieceTemplate();

    private static ByteBuf event(String text) {
        return Unpooled.copiedBuffer(
                "data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\": \"" + text
                        + "\"},\"finish_reason\":null}]}\n\n",
                UTF_8);
    }

    private void learn(String text) {
        template.learn(event(text), "content", text);
    }

    @Test
    void anEventThatDiffersInItsTextOnly_isRead() {
        assertThat(template.read(event("x"))).as("nothing has been learned").isNull();
        learn("Once");
        assertThat(template.read(event(" upon"))).isEqualTo(" upon");
        assertThat(template.read(event("很久以前"))).isEqualTo("很久以前");
        ByteBuf moved = Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[7]), event("a"))
                .skipBytes(7);
        assertThat(template.read(moved)).isEqualTo("a");
        assertThat(moved.readerIndex()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\\"", "a\",\"b\":\"", "\\n", "\t"})
    void textThatHasToBeParsed_isNot(String text) {
        learn("Once");
        assertThat(template.read(event(text))).isNull();
    }

    @Test
    void bytesThatAreNoText_areNot() {
        learn("Once");
        ByteBuf broken = event("ab");
        int at = broken.indexOf(0, broken.writerIndex(), (byte) 'b');
        broken.setByte(broken.indexOf(at - 1, broken.writerIndex(), (byte) 'b'), 0xC3);
        broken.setByte(at - 1, 0xC3);
        assertThat(template.read(broken)).isNull();
    }

    @Test
    void whereTheTextIs_mustBeCertain() {
        ByteBuf twice =
                Unpooled.copiedBuffer("data: {\"delta\":{\"content\":\"x\",\"more\":{\"content\":\"x\"}}}\n\n", UTF_8);
        template.learn(twice, "content", "x");
        assertThat(template.read(twice)).isNull();
        ByteBuf two = Unpooled.wrappedBuffer(event("x"), event("y"));
        template.learn(two, "content", "y");
        assertThat(template.read(event("z"))).isNull();
    }

    @Property(tries = 2_000)
    void whatIsRead_isWhatAParserReads(
            @ForAll("texts") String learned,
            @ForAll("texts") String next,
            @ForAll("keys") String key,
            @ForAll int place)
            throws IOException {
        PieceTemplate subject = new PieceTemplate();
        subject.learn(jsonEvent(learned, key, learned), "content", learned);
        ByteBuf other = jsonEvent(next, key, learned);
        if (place % 3 == 0) { // a byte is another
            other.setByte(Math.floorMod(place, other.writerIndex()), place >> 8);
        }
        String read = subject.read(other);
        if (read != null) {
            JsonNode parsed = Running.JSON.readTree(other.toString(6, other.writerIndex() - 8, UTF_8));
            assertThat(parsed.path("choices")
                            .path(0)
                            .path("delta")
                            .path("content")
                            .asText())
                    .isEqualTo(read);
            ObjectNode same = (ObjectNode) parsed.path("choices").path(0).path("delta");
            same.put("content", learned);
            assertThat(parsed)
                    .isEqualTo(Running.JSON.readTree(
                            jsonEvent(learned, key, learned).toString(UTF_8).substring(6)));
        }
    }

    private static ByteBuf jsonEvent(String text, String key, String also) {
        ObjectNode event = Running.JSON.createObjectNode();
        event.put(key, also);
        ObjectNode choice = event.putArray("choices").addObject();
        choice.putObject("delta").put("role", also).put("content", text);
        return Unpooled.copiedBuffer("data: " + event + "\n\n", UTF_8);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.of(List.of("a", "content", "\"", "\":\"", "\\", "\n", "很", "}", "}\n\n", "é", "😀")),
                Arbitraries.strings().ofMaxLength(4));
    }

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.of(List.of("id", "x", "content", "text"));
    }
}
