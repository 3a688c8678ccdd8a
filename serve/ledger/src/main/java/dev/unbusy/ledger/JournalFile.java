package dev.unbusy.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The name of a journal segment: all that is known of it besides its frames, so that no byte inside can make the others
 * unreadable.
 *
 * @param sequence segments are drained in this order
 * @param salt drawn anew for each segment; enters every checksum
 */
record JournalFile(Path directory, long sequence, int salt) {
    /** With the version of the frames' form. */
    private static final Pattern NAME = Pattern.compile("usage-1-([0-9a-f]{16})-([0-9a-f]{8})\\.journal");

    Path path() {
        return directory.resolve("usage-1-%016x-%08x.journal".formatted(sequence, salt));
    }

    /** In the order of their sequence. */
    static List<JournalFile> in(Path directory) throws IOException {
        List<JournalFile> files = new ArrayList<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Matcher name =
                        NAME.matcher(Objects.requireNonNull(path.getFileName()).toString());
                if (name.matches()) {
                    files.add(new JournalFile(
                            directory,
                            Long.parseUnsignedLong(name.group(1), 16),
                            Integer.parseUnsignedInt(name.group(2), 16)));
                }
            }
        }
        files.sort(Comparator.comparingLong(JournalFile::sequence));
        return files;
    }
}
