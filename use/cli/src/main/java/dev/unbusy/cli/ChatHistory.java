package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was entered in earlier chats, kept in a file that only its owner may read. Each line is one entry as a JSON string.
 * Bounded: when opened with more than {@value #ENTRIES} entries or {@value #BYTES} bytes, the oldest go. An entry of more
 * than {@value #ENTRY_CHARS} characters, or one that begins with a blank, is not kept.
 *
 * <p>A history that cannot be read or written costs the history, never the chat: that is said once. A line that is no
 * JSON string is skipped. Two chats at once append whole lines to the same file.
 */
final class ChatHistory {
    static final int ENTRIES = 1_000;
    static final int BYTES = 1 << 20;
    static final int ENTRY_CHARS = 20_000;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final Consumer<Text> problems;
    private final Deque<String> entries = new ArrayDeque<>();
    private boolean broken;

    /** @param problems is told, once, why nothing is kept */
    ChatHistory(Path file, Consumer<Text> problems) {
        this.file = file;
        this.problems = problems;
        try {
            open();
        } catch (IOException e) {
            failed(e);
        }
    }

    /** The oldest first. */
    List<String> entries() {
        return List.copyOf(entries);
    }

    void add(String entry) {
        if (broken || entry.isBlank() || entry.startsWith(" ") || entry.length() > ENTRY_CHARS) {
            return;
        }
        if (entry.equals(entries.peekLast())) {
            return;
        }
        entries.add(entry);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
            // One write: another chat's line comes before or after it, not within.
            channel.write(UTF_8.encode(line(entry)));
        } catch (IOException e) {
            failed(e);
        }
    }

    private void open() throws IOException {
        Path directory = directory();
        Files.createDirectories(directory);
        if (!Files.exists(file)) {
            createForOwner(file);
            return;
        }
        restrict(file);
        long size = Files.size(file);
        int lines = read(size);
        if (lines > ENTRIES || size > BYTES) {
            rewrite();
        }
    }

    /** @return how many lines there are, entries or not */
    private int read(long size) throws IOException {
        byte[] bytes;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(Math.max(0, size - BYTES));
            bytes = java.nio.channels.Channels.newInputStream(channel).readNBytes(BYTES);
        }
        int lines = 0;
        // Decodes whatever is there: a broken byte breaks one line, not the history.
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(new ByteArrayInputStream(bytes), UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines++;
                String entry = entry(line);
                if (entry != null) {
                    entries.add(entry);
                }
            }
        }
        while (entries.size() > ENTRIES) {
            entries.removeFirst();
        }
        return lines;
    }

    private static @Nullable String entry(String line) {
        try {
            Object value = JSON.readValue(line, Object.class);
            return value instanceof String text && !text.isBlank() ? text : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private void rewrite() throws IOException {
        Path fresh = Files.createTempFile(directory(), "chat-history", ".tmp"); // for its owner only, by the JDK's rule
        List<String> lines = new ArrayList<>();
        for (String entry : entries) {
            lines.add(JSON.writeValueAsString(entry));
        }
        Files.write(fresh, lines, UTF_8);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String line(String entry) throws IOException {
        return JSON.writeValueAsString(entry) + "\n";
    }

    private Path directory() {
        return java.util.Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private static void createForOwner(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (UnsupportedOperationException e) {
            Files.createFile(file); // a file system without such permissions
        }
    }

    private static void restrict(Path file) throws IOException {
        try {
            if (!Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
        } catch (UnsupportedOperationException e) {
            // A file system without such permissions: nothing to restrict.
        }
    }

    private void failed(IOException e) {
        broken = true;
        problems.accept(Text.of("What is entered is not kept for next time: %s", "输入记录无法保存：%s", FileFailure.of(e)));
    }
}
