package dev.unbusy.jinja;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Runs the scripts under {@code src/test/python}, which render with Python's jinja2, and compares with what we render. */
final class Reference {
    /** The time that {@code reference.py} gives to strftime_now. */
    static final LocalDateTime NOW = LocalDateTime.of(2025, 7, 26, 13, 5, 9);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private Reference() {}

    /** A property that only {@code ./unbusy verify} sets. */
    static String property(String name) {
        String value = System.getProperty(name);
        if (value == null || value.isEmpty()) {
            throw new AssertionError("the system property " + name + " is not set: run ./unbusy verify, which sets up"
                    + " Python with jinja2 and unpacks the chat templates");
        }
        return value;
    }

    /** Runs a script and hands over each line that it prints, a JSON object. */
    static void run(Consumer<Map<String, Object>> line, String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                property("unbusy.test.python"),
                Path.of("src", "test", "python", script).toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        try {
            Process process = builder.start();
            try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                    line.accept(parse(text));
                }
            } finally {
                process.destroy();
            }
            if (process.waitFor() != 0) {
                throw new AssertionError(command + " ended with " + process.exitValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> parse(String line) throws JsonProcessingException {
        return JSON.readValue(line, OBJECT);
    }

    /** A string inside a line. */
    static String text(Map<String, Object> line, String field) {
        return Objects.requireNonNull((String) line.get(field), field);
    }

    /** A JSON object inside a line. */
    static Map<String, Object> object(Map<String, Object> line, String field) {
        return JSON.convertValue(line.get(field), OBJECT);
    }

    /** What the evaluator makes of a template: a text, or a failure of some kind. */
    sealed interface Outcome {}

    record Rendered(String text) implements Outcome {}

    record Failed(JinjaException.Kind kind, String detail, int line) implements Outcome {}

    static Outcome render(String source, Map<String, Object> variables) {
        try {
            return render(Template.parse(source), variables);
        } catch (JinjaException e) {
            return new Failed(e.kind(), e.detail(), e.line());
        }
    }

    static Outcome render(Template template, Map<String, Object> variables) {
        try {
            return new Rendered(template.render(variables, () -> NOW));
        } catch (JinjaException e) {
            return new Failed(e.kind(), e.detail(), e.line());
        }
    }

    /** Whether both sides rendered the same text, or both failed, with the same words if the template raised. */
    static boolean agrees(Outcome ours, Map<String, Object> reference) {
        return switch (ours) {
            case Rendered rendered -> rendered.text().equals(reference.get("expected"));
            case Failed failed ->
                reference.containsKey("error")
                        && (!Boolean.TRUE.equals(reference.get("raised"))
                                || (failed.kind() == JinjaException.Kind.RAISED
                                        && failed.detail().equals(reference.get("message"))));
        };
    }
}
