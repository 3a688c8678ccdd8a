package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {
    private static final String EVERYTHING = """
            \uFEFF: first comment
            event: add
            data: one
            data:two
            data

            data: 你好 \uD83D\uDE00
            id: 5
            retry: 9
            other: x


            :
            event: none

            data:  spaced

            data: {"a":"b: c"}

            data: dropped at the end""";
    private static final List<String> FOUND = List.of(
            "#first comment", "add|one\ntwo\n", "null|你好 \uD83D\uDE00", "#", "null| spaced", "null|{\"a\":\"b: c\"}");

    /** What a parser tells, in order. */
    private static final class Log implements SseParser.Listener {
        final List<String> found = new ArrayList<>();

        @Override
        public void event(@Nullable String type, String data) {
            found.add(type + "|" + data);
        }

        @Override
        public void comment(String text) {
            found.add("#" + text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void everyLineEnd_andEveryCut_giveTheSameEvents(String lineEnd) {
        byte[] bytes = EVERYTHING.replace("\n", lineEnd).getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            Log log = new Log();
            SseParser parser = new SseParser(1_000, log);
            parser.feed(bytes, 0, cut);
            parser.feed(bytes, cut, bytes.length - cut);
            assertThat(log.found).as("cut at %d", cut).isEqualTo(FOUND);
        }
    }

    @Test
    void byteByByte_givesTheSame() {
        Log log = new Log();
        SseParser parser = new SseParser(1_000, log);
        for (byte b : EVERYTHING.replace("\n", "\r\n").getBytes(UTF_8)) {
            parser.feed(new byte[] {b});
        }
        assertThat(log.found).isEqualTo(FOUND);
    }

    @Test
    void anEventOfExactlyTheLimit_passes_oneByteMore_doesNot() {
        Log log = new Log();
        byte[] fits = ("data: " + "x".repeat(94) + "\n\n").getBytes(UTF_8);
        new SseParser(100, log).feed(fits);
        assertThat(log.found).hasSize(1);
        byte[] tooLarge = ("data: " + "x".repeat(95) + "\n\n").getBytes(UTF_8);
        assertThatThrownBy(() -> new SseParser(100, log).feed(tooLarge)).hasMessageContaining("100 bytes");
        byte[] manyLines = "data: x\n".repeat(20).getBytes(UTF_8);
        assertThatThrownBy(() -> new SseParser(100, log).feed(manyLines)).hasMessageContaining("100 bytes");
        SseParser endless = new SseParser(100, log);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        endless.feed("x".getBytes(UTF_8));
                    }
                })
                .hasMessageContaining("100 bytes");
    }

    @Test
    void theLimit_isPerEvent_notPerStream() {
        Log log = new Log();
        SseParser parser = new SseParser(100, log);
        for (int i = 0; i < 1_000; i++) {
            parser.feed(": keep-alive\n\ndata: something\n\n".getBytes(UTF_8));
        }
        assertThat(log.found).hasSize(2_000);
    }

    @Property
    void garbage_doesNothingWorseThanTooLarge(@ForAll byte[] bytes, @ForAll long seed) {
        Random random = new Random(seed);
        SseParser whole = new SseParser(1_000, new Log());
        try {
            whole.feed(bytes);
            SseParser parts = new SseParser(1_000, new Log());
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(5));
                parts.feed(bytes, at, length);
                at += length;
            }
        } catch (ApiException tooLarge) {
            assertThat(tooLarge.code()).isEqualTo("event_too_large");
        }
    }
}
