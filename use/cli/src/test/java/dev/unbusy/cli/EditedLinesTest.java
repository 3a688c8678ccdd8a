package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Lang;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line editor, driven by the bytes that a keyboard sends. */
class EditedLinesTest {
    private static final String UP = "\u001bOA";
    private static final String CTRL_D = "\u0004";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private PipedOutputStream keyboard;

    @SuppressWarnings("NullAway.Init")
    private EditedLines lines;

    @BeforeEach
    void open() throws IOException {
        keyboard = new PipedOutputStream();
        lines = EditedLines.onStreams(
                Run.io(Lang.EN),
                new ChatHistory(directory.resolve("chat-history"), problem -> {}),
                new PipedInputStream(keyboard, 65_536),
                new ByteArrayOutputStream());
    }

    @AfterEach
    void close() throws IOException {
        keyboard.close();
        lines.close();
    }

    private void type(String keys) throws IOException {
        keyboard.write(keys.getBytes(UTF_8));
        keyboard.flush();
    }

    @Test
    void aLine_isOneEntryWithWhateverQuotesAndMarksItHas() throws Exception {
        type("what's \"this [ !! and C:\\dir\\x\r");
        assertThat(lines.next()).isEqualTo("what's \"this [ !! and C:\\dir\\x");
    }

    @Test
    void aBackslashAtTheEnd_continuesInTheNextLine() throws Exception {
        type("one\\\rtwo\\\rthree\r");
        assertThat(lines.next()).isEqualTo("one\ntwo\nthree");
    }

    @Test
    void pastedLines_areOneEntryAndKeepTheirBackslashes() throws Exception {
        type("\u001b[200~make \\\rall\rdone\u001b[201~\r");
        assertThat(lines.next()).isEqualTo("make \\\nall\ndone");
    }

    @Test
    void wideLetters_areErasedWhole() throws Exception {
        type("你好，世界\u007f\u007f\r");
        assertThat(lines.next()).isEqualTo("你好，");
    }

    @Test
    void ctrlD_onAnEmptyLineEnds() throws Exception {
        type(CTRL_D);
        assertThat(lines.next()).isNull();
    }

    @Test
    void keyUp_bringsBackWhatWasEnteredInAnEarlierChat() throws Exception {
        new ChatHistory(directory.resolve("chat-history"), problem -> {}).add("of yesterday");
        lines.close();
        open();
        type(UP + "!\r");
        assertThat(lines.next()).isEqualTo("of yesterday!");
        assertThat(new ChatHistory(directory.resolve("chat-history"), problem -> {}).entries())
                .containsExactly("of yesterday", "of yesterday!");
    }
}
