package dev.unbusy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SseFramerTest {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    @SuppressWarnings("StringConcatToTextBlock") // the line ends are what matters here
    private static final String STREAM = ": hello\n\n"
            + "data: {\"a\":1}\n\n"
            + "event: x\r\ndata: {\"text\":\"ü \\\"usage\\\":{\\\"prompt_tokens\\\":9}\"}\r\n\r\n"
            + ": keep-alive\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}\n\n"
            + "data: [DONE]\n\n";

    @Property
    void howeverTheBytesAreCut_theSameComeOut_andEveryWriteEndsWithAnEvent(
            @ForAll @IntRange(min = 1, max = 40) int largest, @ForAll long seed) {
        Random random = new Random(seed);
        SseFramer framer = new SseFramer(10_000);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : cut(STREAM.getBytes(UTF_8), largest, random)) {
            String written = take(framer.accept(Unpooled.wrappedBuffer(piece), ALLOCATOR));
            assertThat(written).matches(text -> text.isEmpty() || text.endsWith("\n\n") || text.endsWith("\n\r\n"));
            out.writeBytes(written.getBytes(UTF_8));
        }
        out.writeBytes(take(framer.finish()).getBytes(UTF_8));
        assertThat(out.toString(UTF_8)).isEqualTo(STREAM);
        assertThat(framer.dataEvents()).isEqualTo(3);
        assertThat(framer.done()).isTrue();
        assertThat(framer.usage()).isEqualTo(new UsageScan.Found(7, 5, -1, -1));
        framer.close();
    }

    @Property
    void marksAreTakenOut_andNothingPassesThatNoMarkVouchesFor(
            @ForAll @IntRange(min = 1, max = 60) int largest, @ForAll long seed) {
        String stream = "data: {\"a\":1}\n\n: mark {\"id\":\"c\"}\n: mark [0,1]\n\n: keep-alive\n\ndata: {\"a\":2}\n\n"
                + "data: {\"a\":3}\n\n: mark [0,2,3]\n\n: mark [0,4]\n\ndata: {\"a\":5,\"usage\":{\"prompt_tokens\":7}}\n\n";
        for (boolean whole : new boolean[] {true, false}) {
            KeptMarks marks = new KeptMarks();
            SseFramer framer = new SseFramer(10_000, marks);
            StringBuilder out = new StringBuilder();
            for (byte[] piece :
                    cut((stream + (whole ? "data: [DONE]\n\n" : "")).getBytes(UTF_8), largest, new Random(seed))) {
                out.append(take(framer.accept(Unpooled.copiedBuffer(piece), ALLOCATOR)));
                int events = out.toString().split("data: \\{", -1).length - 1;
                assertThat(framer.dataEvents()).isEqualTo(events);
                // 1 comes with the first mark, 2 and 3 with the second: never more than the marks tell.
                int told = marks.size() < 17 ? 0 : marks.size() < 25 ? 1 : 3;
                assertThat(events).isEqualTo(out.toString().contains("[DONE]") ? 4 : told);
            }
            assertThat(out.toString())
                    .isEqualTo("data: {\"a\":1}\n\n: keep-alive\n\ndata: {\"a\":2}\n\ndata: {\"a\":3}\n\n"
                            + (whole ? "data: {\"a\":5,\"usage\":{\"prompt_tokens\":7}}\n\ndata: [DONE]\n\n" : ""));
            ByteBuf body = Unpooled.copiedBuffer("{}", UTF_8);
            assertThat(take(marks.behind(body))).isEqualTo("{}{\"id\":\"c\"}\n[0,1]\n[0,2,3]\n[0,4]\n");
            body.release();
            framer.close();
        }
    }

    @Property
    void randomBytes_passThroughInOrder_andAreNeverHeldBeyondTheLimit(
            @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 30) int largest, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] lively = bytes.clone();
        for (int i = 0; i < lively.length; i += 1 + random.nextInt(4)) {
            lively[i] = (byte) "\n\r:data".charAt(random.nextInt(7));
        }
        SseFramer framer = new SseFramer(16);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int in = 0;
        for (byte[] piece : cut(lively, largest, random)) {
            in += piece.length;
            out.writeBytes(bytesOf(framer.accept(Unpooled.wrappedBuffer(piece), ALLOCATOR)));
            assertThat(in - out.size()).isLessThanOrEqualTo(16);
        }
        int held = in - out.size();
        byte[] rest = bytesOf(framer.finish());
        out.write(rest, 0, held);
        assertThat(out.toByteArray()).isEqualTo(lively);
        assertThat(rest.length == 0 || Arrays.equals(Arrays.copyOfRange(rest, held, rest.length), new byte[] {10, 10}))
                .isTrue();
        framer.close();
    }

    @Test
    void aHugeEvent_passesInPieces_andIsWholeAgainAtItsEnd() {
        SseFramer framer = new SseFramer(100);
        String event = "data: " + "x".repeat(250) + "\n\n";
        assertThat(take(framer.accept(Unpooled.copiedBuffer(event.substring(0, 150), UTF_8), ALLOCATOR)))
                .hasSize(150);
        assertThat(framer.broken()).isTrue();
        // The piece ends within the line, so what follows it, a line end, is no empty line.
        assertThat(take(framer.accept(Unpooled.copiedBuffer(event.substring(150, 256), UTF_8), ALLOCATOR)))
                .hasSize(106);
        assertThat(framer.broken()).isTrue();
        assertThat(take(framer.accept(Unpooled.copiedBuffer("\n\ndata: y\n\n", UTF_8), ALLOCATOR)))
                .hasSize(11);
        assertThat(framer.broken()).isFalse();
        assertThat(framer.dataEvents()).isEqualTo(2);
        framer.close();
    }

    @Test
    void aStreamThatEndsWithoutABlankLine_isClosedProperly() {
        SseFramer framer = new SseFramer(100);
        assertThat(take(framer.accept(Unpooled.copiedBuffer("data: a\n\ndata: [DONE]", UTF_8), ALLOCATOR)))
                .isEqualTo("data: a\n\n");
        assertThat(take(framer.finish())).isEqualTo("data: [DONE]\n\n");
        assertThat(framer.done()).isTrue();
        assertThat(framer.dataEvents()).isEqualTo(1);
    }

    @Test
    void close_releasesWhatIsHeldBack() {
        SseFramer framer = new SseFramer(100);
        ByteBuf in = Unpooled.copiedBuffer("data: half", UTF_8);
        assertThat(framer.accept(in, ALLOCATOR)).isSameAs(Unpooled.EMPTY_BUFFER);
        assertThat(in.refCnt()).isZero();
        framer.close();
        framer.close();
        assertThat(take(framer.finish())).isEmpty();
    }

    private static List<byte[]> cut(byte[] bytes, int largest, Random random) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + 1 + random.nextInt(largest));
            pieces.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return pieces;
    }

    private static String take(ByteBuf buffer) {
        return new String(bytesOf(buffer), UTF_8);
    }

    private static byte[] bytesOf(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }
}
