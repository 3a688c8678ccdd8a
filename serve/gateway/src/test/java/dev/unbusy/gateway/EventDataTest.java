package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventDataTest {
    private static final String STREAM =
            ": comment\n\ndata: {\"a\":1}\n\nevent: x\ndata:{\"b\":\ndata:  2}\r\n\r\nid: 5\n\n"
                    + "data: 世界\n\ndata: [DONE]\n\ndata: late\n\ndata: unfinished";
    private static final List<String> EVENTS = List.of("{\"a\":1}", "{\"b\":\n 2}", "世界", "late");

    private static List<String> read(byte[] bytes, Random cuts, int maxBytes) {
        EventData data = new EventData(maxBytes);
        List<String> events = new ArrayList<>();
        int from = 0;
        while (from < bytes.length) {
            int to = Math.min(bytes.length, from + 1 + cuts.nextInt(12));
            ByteBuf piece = Unpooled.wrappedBuffer(bytes, from, to - from);
            if (!data.read(piece, event -> events.add(new String(event, UTF_8)))) {
                events.add("too large");
                return events;
            }
            assertThat(piece.readableBytes()).isEqualTo(to - from);
            from = to;
        }
        return events;
    }

    @Test
    void dataOfWholeEvents_comesHoweverTheBytesAreCut() {
        for (int seed = 0; seed < 500; seed++) {
            assertThat(read(STREAM.getBytes(UTF_8), new Random(seed), 1_000))
                    .as("seed " + seed)
                    .isEqualTo(EVENTS);
        }
    }

    @Test
    void anEventThatDoesNotEnd_isNotKeptForEver() {
        byte[] endless = ("data: ok\n\ndata: " + "x".repeat(2_000)).getBytes(UTF_8);
        assertThat(read(endless, new Random(1), 1_000)).containsExactly("ok", "too large");
        byte[] manyLines = "data: x\n".repeat(1_100).getBytes(UTF_8);
        assertThat(read(manyLines, new Random(1), 1_000)).containsExactly("too large");
    }
}
