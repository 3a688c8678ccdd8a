package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the tests need from outside: the reference encoders, run by Python, and the published chat templates. */
final class TestSetup {
    static final ObjectMapper JSON = new ObjectMapper();

    private TestSetup() {}

    static Path required(String property) {
        String value = System.getProperty(property, "");
        assertThat(!value.isEmpty() && !value.startsWith("$") && Files.exists(Path.of(value)))
                .as(
                        "%s is \"%s\", which does not exist: run ./unbusy verify, which sets up what the tests need",
                        property, value)
                .isTrue();
        return Path.of(value);
    }

    static String template(String name) {
        try {
            return Files.readString(required("unbusy.test.templates").resolve(name + ".jinja"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the reference makes of each case, in order. */
    static List<JsonNode> reference(List<Map<String, @Nullable Object>> cases) throws Exception {
        Path input = Files.createTempFile("unbusy-cases", ".jsonl");
        Path output = Files.createTempFile("unbusy-answers", ".jsonl");
        Path errors = Files.createTempFile("unbusy-errors", ".txt");
        try {
            List<String> lines = new ArrayList<>();
            for (Map<String, @Nullable Object> oneCase : cases) {
                lines.add(JSON.writeValueAsString(oneCase));
            }
            Files.write(input, lines);
            int exit = new ProcessBuilder(
                            required("unbusy.test.python").toString(),
                            Path.of("src/test/python/reference.py")
                                    .toAbsolutePath()
                                    .toString(),
                            required("unbusy.test.encoders").toString())
                    .redirectInput(input.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start()
                    .waitFor();
            assertThat(exit).as(Files.readString(errors)).isZero();
            List<JsonNode> answers = new ArrayList<>();
            for (String line : Files.readString(output, StandardCharsets.UTF_8).split("\n")) {
                answers.add(JSON.readTree(line));
            }
            assertThat(answers).hasSameSizeAs(cases);
            return answers;
        } finally {
            Files.delete(input);
            Files.delete(output);
            Files.delete(errors);
        }
    }

    @SuppressWarnings("unchecked") // A JSON object becomes a map from String.
    static Map<String, @Nullable Object> map(String json) {
        try {
            return JSON.readValue(json, Map.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    @SuppressWarnings("unchecked") // A JSON array of objects becomes a list of maps.
    static List<Map<String, @Nullable Object>> messages(String json) {
        try {
            return JSON.readValue(json, List.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
