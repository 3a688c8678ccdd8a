package dev.unbusy.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pieces of an answer in a row of parts. */
class DialectPartsTest {
    private final List<String> log = new ArrayList<>();
    private DialectParts parts = newParts();

    @BeforeEach
    void start() {
        parts = newParts();
    }

    private DialectParts newParts() {
        return new DialectParts("x", false, new DialectParts.Listener() {
            @Override
            public void begin(DialectPart part) {
                log.add("begin " + part.index + " " + part.kind
                        + (part.call < 0 ? "" : " " + part.id + " " + part.name));
            }

            @Override
            public void piece(DialectPart part, String text) {
                log.add(part.index + ": " + text);
            }

            @Override
            public void end(DialectPart part, boolean last) {
                log.add("end " + part.index + (last ? " last" : ""));
            }
        });
    }

    private void delta(String delta) {
        parts.add(DialectChunk.read(DialectSamples.delta(delta.replace('\'', '"'))));
    }

    private void call(int index, String name, String arguments) {
        String begin = name.isEmpty() ? "" : "'id':'c" + index + "',";
        String function = name.isEmpty() ? "" : "'name':'" + name + "',";
        delta("{'tool_calls':[{'index':" + index + "," + begin + "'function':{" + function + "'arguments':'"
                + arguments.replace("\"", "\\'") + "'}}]}");
    }

    @Test
    void calls_oneBehindTheOther_passAtOnce() {
        call(0, "f", "");
        call(0, "", "{\"a\":");
        call(0, "", "1}");
        call(1, "g", "{}");
        assertThat(log)
                .containsExactly("begin 0 CALL c0 f", "0: {\"a\":", "0: 1}", "end 0", "begin 1 CALL c1 g", "1: {}");
    }

    @Test
    void interleavedPieces_waitForTheOpenCall_andKeepTheirOrder() {
        call(0, "f", "{\"a\":");
        call(1, "g", "{");
        delta("{'content':'text'}");
        call(1, "", "}");
        assertThat(log).containsExactly("begin 0 CALL c0 f", "0: {\"a\":");
        call(0, "", "\"}\"}");
        assertThat(log.subList(2, log.size()))
                .containsExactly(
                        "0: \"}\"}", "end 0", "begin 1 CALL c1 g", "1: {", "1: }", "end 1", "begin 2 TEXT", "2: text");
    }

    @Test
    void callThatIsNeverComplete_holdsTheRestOnlyToTheEnd() {
        call(0, "f", "{\"a");
        delta("{'content':'x','reasoning':'y'}");
        parts.finish();
        assertThat(log)
                .containsExactly(
                        "begin 0 CALL c0 f",
                        "0: {\"a",
                        "end 0",
                        "begin 1 REASONING",
                        "1: y",
                        "end 1",
                        "begin 2 TEXT",
                        "2: x",
                        "end 2 last");
    }

    @Test
    void pieceOfACallThatHasEnded_isDropped() {
        call(0, "f", "{}");
        delta("{'content':'x'}");
        call(0, "", " ");
        parts.finish();
        assertThat(log).containsExactly("begin 0 CALL c0 f", "0: {}", "end 0", "begin 1 TEXT", "1: x", "end 1 last");
    }

    @Test
    void callWithoutId_getsOne_andWithoutName_isNoCall() {
        delta("{'tool_calls':[{'index':2,'function':{'name':'f','arguments':{'a':1}}}]}");
        assertThat(log).containsExactly("begin 0 CALL call_x_2 f", "0: {\"a\":1}");
        assertThatThrownBy(() -> call(3, "", "{}"))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("name");
    }

    @Test
    void piecesHeldBack_areBounded() {
        call(0, "f", "{");
        for (int i = 0; i < DialectParts.MAX_HELD; i++) {
            delta("{'content':'x'}");
        }
        assertThatThrownBy(() -> delta("{'content':'x'}")).isInstanceOf(ApiException.class);
    }

    @Test
    void partsOfAnAnswer_areBounded() {
        for (int i = 0; i < DialectParts.MAX_PARTS / 2; i++) {
            delta("{'reasoning_content':'r','content':'c'}");
        }
        assertThatThrownBy(() -> delta("{'reasoning_content':'r'}")).isInstanceOf(ApiException.class);
    }
}
