package dev.unbusy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.unbusy.gateway.LocalToken;
import dev.unbusy.text.FileFailure;
import dev.unbusy.text.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One small file per running service of this user, {@code PORT.json}, by which other commands find it. A file whose process
 * is dead is removed by whoever sees it.
 */
final class RuntimeFiles {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LARGEST = 65_536;
    private static final String CONFIG = ".yaml";

    /**
     * @param startedAtMillis start time of the process as the system tells it: a reused pid has another
     * @param certificate what it shows on HTTPS; null where it speaks plain HTTP
     * @param token what it takes instead of a key; null where it wrote none
     */
    record Running(
            URI url,
            long pid,
            long startedAtMillis,
            @Nullable Path certificate,
            @Nullable String token) {
        int port() {
            return url.getPort();
        }

        /** Without the token: this is what ends up in logs. */
        @Override
        public String toString() {
            return url + " (process " + pid + ")";
        }
    }

    private final Path directory;

    RuntimeFiles(Map<String, String> environment) {
        this.directory = Directories.runtime(environment);
    }

    /** Writes the file of this process; atomic, readable by its user alone. */
    Path write(URI url, @Nullable Path certificate, LocalToken token) {
        ProcessHandle self = ProcessHandle.current();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("url", url.toString());
            json.writeNumberField("pid", self.pid());
            json.writeNumberField("startedAtMillis", startMillis(self));
            json.writeStringField("token", token.text());
            if (certificate != null) {
                json.writeStringField(
                        "certificate", certificate.toAbsolutePath().toString());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of memory
        }
        return write(url.getPort() + ".json", bytes.toByteArray());
    }

    /**
     * Writes the configuration that the service started with beside that file, for workers that start later: whatever is
     * done to the user's file in the meantime, a restart finds what held. It may hold secrets, so its user alone can read it.
     */
    Path keepConfig(URI url, byte[] config) {
        return write(url.getPort() + CONFIG, config);
    }

    private Path write(String name, byte[] content) {
        try {
            Files.createDirectories(directory);
            Path temporary = Files.createTempFile(directory, "new", ".tmp");
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-------"));
            }
            Files.write(temporary, content);
            return Files.move(
                    temporary,
                    directory.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException(
                    "permission-denied",
                    Text.of("Cannot write to %s: %s", "无法写入 %s：%s", directory, FileFailure.of(e)),
                    Text.of(
                            "Correct the owner of the directory, or set XDG_RUNTIME_DIR or XDG_STATE_HOME to a directory you may"
                                    + " write to.",
                            "请修正目录的属主，或将 XDG_RUNTIME_DIR 或 XDG_STATE_HOME 设为可写的目录。"),
                    e);
        }
    }

    /** The services that run now, by port. */
    List<Running> list() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Running> running = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                Running found = read(file);
                if (found != null && isAlive(found)) {
                    running.add(found);
                } else {
                    Files.deleteIfExists(file);
                    Files.deleteIfExists(Path.of(file.toString().replaceFirst("\\.json$", CONFIG)));
                }
            }
        } catch (IOException e) {
            return List.copyOf(running);
        }
        running.sort(Comparator.comparingInt(Running::port));
        return running;
    }

    Optional<Running> onPort(int port) {
        return list().stream().filter(one -> one.port() == port).findFirst();
    }

    private static @Nullable Running read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                return null;
            }
            String url = null;
            long pid = -1;
            long started = -1;
            Path certificate = null;
            String token = null;
            try (JsonParser json = JSON.createParser(Files.readAllBytes(file))) {
                while (json.nextToken() != null) {
                    if (json.currentToken() == JsonToken.FIELD_NAME) {
                        String name = json.currentName();
                        json.nextToken();
                        switch (name) {
                            case "url" -> url = json.getValueAsString();
                            case "pid" -> pid = json.getValueAsLong(-1);
                            case "startedAtMillis" -> started = json.getValueAsLong(-1);
                            case "token" -> token = json.getValueAsString();
                            case "certificate" -> certificate = Path.of(json.getText());
                            default -> json.skipChildren();
                        }
                    }
                }
            }
            URI address = url == null ? null : URI.create(url);
            return address == null || address.getPort() <= 0 || pid <= 0
                    ? null
                    : new Running(address, pid, started, certificate, token);
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isAlive(Running running) {
        return ProcessHandle.of(running.pid())
                .filter(ProcessHandle::isAlive)
                .filter(handle -> running.startedAtMillis() <= 0 || startMillis(handle) == running.startedAtMillis())
                .isPresent();
    }

    private static long startMillis(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(java.time.Instant::toEpochMilli)
                .orElse(-1L);
    }
}
