package dev.unbusy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The small pure parts. */
class PartsTest {

    @Property
    void sealChunk_writesTheSizeInFrontOfTheData(@ForAll @IntRange(min = 1, max = 100_000) int size) {
        ByteBuf chunk = ResponseBytes.newChunk(UnpooledByteBufAllocator.DEFAULT, size);
        chunk.writeBytes("x".repeat(size).getBytes(StandardCharsets.US_ASCII));
        ResponseBytes.sealChunk(chunk);
        assertThat(chunk.toString(StandardCharsets.US_ASCII))
                .isEqualTo(Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n");
        chunk.release();
    }

    @Property
    void requestId_isSaneWhateverTheClientOffers(@ForAll String offered) {
        String id = RequestIds.orNew(offered);
        assertThat(id).matches("[A-Za-z0-9._:-]{1,128}");
        if (RequestIds.isSane(offered)) {
            assertThat(id).isEqualTo(offered);
        }
    }

    @Property
    void requestTarget_isAPathOrNothing(@ForAll String target) {
        RequestTarget parsed = RequestTarget.parse(target);
        if (parsed != null) {
            assertThat(parsed.path()).matches(path -> path.equals("*") || path.startsWith("/"));
            assertThat(parsed.path()).doesNotContain("\0", "?".equals(target) ? "?" : "\0");
        }
    }

    @Test
    void requestTarget_takesAbsoluteFormAndEscapes() {
        assertThat(RequestTarget.parse("http://h:1/a?b#c")).isEqualTo(new RequestTarget("/a", "b#c"));
        assertThat(RequestTarget.parse("https://h")).isEqualTo(new RequestTarget("/", ""));
        assertThat(RequestTarget.parse("/v1/models/deepseek-ai%2FDeepSeek+R1"))
                .isEqualTo(new RequestTarget("/v1/models/deepseek-ai/DeepSeek+R1", ""));
        assertThat(RequestTarget.parse("host:443")).isNull();
    }

    @Test
    void date_isTheFixedFormat() {
        assertThat(HttpDate.at(784_111_777_000L)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT"); // RFC 9110's example
        assertThat(HttpDate.at(784_111_777_999L)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(HttpDate.at(784_111_778_000L)).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
    }
}
