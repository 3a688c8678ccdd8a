package dev.unbusy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFailureTest {
    @Test
    void of_aDirectoryBelowAFile_saysThatAFileIsInTheWay(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("cache"));
        IOException real =
                catchThrowableOfType(IOException.class, () -> Files.createDirectories(file.resolve("unbusy/natives")));
        assertThat(FileFailure.of(real).en()).isEqualTo("a part of the path is a file");
        assertThat(FileFailure.of(real).zh()).containsPattern("\\p{IsHan}");
    }

    @Test
    void of_whatTheSystemSays_isInBothLanguages() {
        for (String words : new String[] {"Read-only file system", "No space left on device", "Input/output error"}) {
            Text text = FileFailure.of(new FileSystemException("/f", null, words));
            assertThat(text.en()).doesNotContain("Exception").doesNotContain("/f");
            assertThat(text.zh()).containsPattern("\\p{IsHan}");
            assertThat(FileFailure.of(new IOException(words))).isEqualTo(text);
        }
        assertThat(FileFailure.of(new AccessDeniedException("/f")).en()).isEqualTo("this user may not");
    }

    @Test
    void of_anythingElse_isNotHidden() {
        assertThat(FileFailure.of(new FileSystemException("/f", null, "Stale file handle"))
                        .en())
                .isEqualTo("Stale file handle");
        assertThat(FileFailure.of(new IOException("odd")).zh()).isEqualTo("odd");
        assertThat(FileFailure.of(new IOException()).en()).isEqualTo("IOException");
    }
}
