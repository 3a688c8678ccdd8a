package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsageScanTest {
    @Test
    void deepSeeksAndOpenAisFields_areRead() {
        assertThat(scan(
                        "{\"choices\":[],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":34,\"total_tokens\":154,"
                                + "\"prompt_cache_hit_tokens\":64,\"prompt_cache_miss_tokens\":56,"
                                + "\"completion_tokens_details\":{\"reasoning_tokens\":9}}}"))
                .isEqualTo(new UsageScan.Found(120, 34, 64, 9));
        assertThat(scan("{ \"usage\" : {\n \"prompt_tokens\" : 1 , \"completion_tokens\":2,"
                        + "\"prompt_tokens_details\": {\"cached_tokens\": 1}} }"))
                .isEqualTo(new UsageScan.Found(1, 2, 1, -1));
    }

    @Test
    void nestedFieldsOfTheSameName_areNotTheCount() {
        assertThat(scan("{\"usage\":{\"details\":{\"completion_tokens\":99},\"completion_tokens\":2}}"))
                .isEqualTo(new UsageScan.Found(-1, 2, -1, -1));
    }

    @Test
    void whatTheModelWrote_isNotTakenForUsage() {
        assertThat(scan("{\"content\":\"{\\\"usage\\\":{\\\"prompt_tokens\\\":5}}\"}"))
                .isNull();
        assertThat(scan("{\"usage\":null}")).isNull();
        assertThat(scan("{\"usage\":{\"prompt_tokens\":5")).isNull();
        assertThat(scan("\"usage\"")).isNull();
        assertThat(scan("g")).isNull();
        assertThat(scan("")).isNull();
    }

    @Test
    void theLastOne_counts() {
        assertThat(scan("{\"usage\":{\"prompt_tokens\":1}}{\"usage\":{\"prompt_tokens\":2}}{\"usage\":null}"))
                .isEqualTo(new UsageScan.Found(2, -1, -1, -1));
    }

    @Property
    void anyBytes_neverThrowAndNeverLeaveTheRange(@ForAll byte[] noise, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] text = "x{\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}x".getBytes(UTF_8);
        for (byte b : noise) {
            text[random.nextInt(text.length)] = b;
        }
        int from = random.nextInt(text.length);
        int to = from + random.nextInt(text.length - from + 1);
        ByteBuf exact = Unpooled.copiedBuffer(text, from, to - from);
        assertThat(UsageScan.last(Unpooled.wrappedBuffer(text), from, to))
                .isEqualTo(UsageScan.last(exact, 0, exact.readableBytes()));
    }

    private static UsageScan.@Nullable Found scan(String text) {
        ByteBuf buffer = Unpooled.copiedBuffer(text, UTF_8);
        return UsageScan.last(buffer, 0, buffer.readableBytes());
    }
}
