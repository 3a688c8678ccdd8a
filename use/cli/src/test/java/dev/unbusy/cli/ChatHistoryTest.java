package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatHistoryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private final List<Text> problems = new ArrayList<>();

    private Path file() {
        return directory.resolve("state/chat-history");
    }

    private ChatHistory open() {
        return new ChatHistory(file(), problems::add);
    }

    @Test
    void entries_areThereNextTimeInOrder_severalLinesAndAllLetters() {
        ChatHistory first = open();
        List.of("one", "two\nlines \\ \"quoted\"", "中文 🙂").forEach(first::add);
        assertThat(open().entries()).containsExactly("one", "two\nlines \\ \"quoted\"", "中文 🙂");
        assertThat(problems).isEmpty();
    }

    @Test
    void theFile_isItsOwnersAlone_alsoWhereItWasNot() throws Exception {
        open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void whatIsRepeatedBlankOrHiddenByABlank_isNotKept() {
        ChatHistory history = open();
        List.of("same", "same", "", "  ", " secret", "x".repeat(ChatHistory.ENTRY_CHARS + 1), "other", "same")
                .forEach(history::add);
        assertThat(open().entries()).containsExactly("same", "other", "same");
    }

    @Test
    void tooManyEntries_theOldestGoWhenItIsOpened() throws Exception {
        ChatHistory history = open();
        IntStream.range(0, ChatHistory.ENTRIES + 50).forEach(i -> history.add("entry " + i));
        assertThat(open().entries()).hasSize(ChatHistory.ENTRIES).first().isEqualTo("entry 50");
        assertThat(Files.readAllLines(file())).hasSize(ChatHistory.ENTRIES);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void tooManyBytes_theOldestGoWhenItIsOpened() throws Exception {
        ChatHistory history = open();
        IntStream.range(0, 100).forEach(i -> history.add(i + " " + "x".repeat(ChatHistory.ENTRY_CHARS - 10)));
        assertThat(Files.size(file())).isGreaterThan(ChatHistory.BYTES);
        assertThat(open().entries().getLast()).startsWith("99 ");
        assertThat(Files.size(file())).isLessThanOrEqualTo(ChatHistory.BYTES);
    }

    @Test
    void brokenLines_areSkippedAndCostNothingElse() throws Exception {
        open().add("good");
        Files.write(
                file(),
                new byte[] {'"', 'c', 'u', 't', '\n', (byte) 0xff, 0, '\n', '7', '\n', '[', ']', '\n', '\\', '\n'},
                java.nio.file.StandardOpenOption.APPEND);
        Files.writeString(file(), "\"last\"\n", UTF_8, java.nio.file.StandardOpenOption.APPEND);
        assertThat(open().entries()).containsExactly("good", "last");
        assertThat(problems).isEmpty();
    }

    @Test
    void whereNothingCanBeWritten_isSaidOnceAndNothingElseHappens() throws Exception {
        Files.writeString(directory.resolve("state"), "a file, not a directory");
        ChatHistory history = open();
        history.add("one");
        history.add("two");
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().en()).contains("not kept");
    }

    @Test
    void twoChatsAtOnce_keepBothTheirEntries() {
        ChatHistory one = open();
        ChatHistory other = open();
        one.add("a");
        other.add("b");
        one.add("c");
        assertThat(open().entries()).containsExactly("a", "b", "c");
    }

    @Property(tries = 50)
    void anyBytesInTheFile_neverThrow(@ForAll byte[] bytes) throws Exception {
        Path file = Files.createTempFile("chat-history", "");
        try {
            Files.write(file, bytes);
            ChatHistory history = new ChatHistory(file, problems::add);
            history.add("after");
            assertThat(new ChatHistory(file, problems::add).entries()).isNotNull();
            assertThat(problems).isEmpty();
        } finally {
            Files.delete(file);
        }
    }
}
