package dev.unbusy.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every chat template that llama.cpp carries, over many conversations, against Python's jinja2. */
class ModelTemplatesTest {
    private static final long SEED = Long.getLong("unbusy.test.seed", 20260101);
    private static final int CASES = Integer.getInteger("unbusy.test.cases", 150);

    private final Map<Integer, Map<String, Object>> cases = new HashMap<>();
    /** By file name, a {@link Template} or the {@link Reference.Failed} of parsing it. */
    private final Map<String, Object> templates = new HashMap<>();

    private final List<String> differences = new ArrayList<>();
    private int rendered;
    private int raised;

    @Test
    @Timeout(600)
    void render_ofEveryModelTemplate_isByteIdenticalToTheReference() {
        Path directory = Path.of(Reference.property("unbusy.test.templates"));
        TreeSet<String> names = new TreeSet<>();
        Reference.run(
                line -> {
                    if (line.containsKey("template")) {
                        names.add(Reference.text(line, "template"));
                        compare(directory, line);
                    } else {
                        cases.put((Integer) line.get("case"), Reference.object(line, "variables"));
                    }
                },
                "conversations.py",
                directory.toString(),
                Long.toString(SEED),
                Integer.toString(CASES));
        System.out.printf(
                "chat templates: %d, conversations: %d, same text: %d, both refuse: %d, different: %d (seed %d)%n",
                names.size(), CASES, rendered, raised, differences.size(), SEED);
        assertThat(differences).as("seed " + SEED).isEmpty();
        assertThat(names).hasSizeGreaterThan(60);
        assertThat(rendered).isGreaterThan(names.size() * CASES / 2);
    }

    private void compare(Path directory, Map<String, Object> line) {
        String name = Reference.text(line, "template");
        Map<String, Object> variables = new HashMap<>(cases.get((Integer) line.get("case")));
        variables.putAll(Reference.object(line, "extra"));
        Reference.Outcome ours = outcome(directory, name, variables);
        if (!Reference.agrees(ours, line)) {
            differences.add(name + " case " + line.get("case") + "\n  ours: " + ours + "\n  reference: "
                    + (line.containsKey("error")
                            ? line.get("error") + ": " + line.get("message")
                            : line.get("expected")));
        } else if (line.containsKey("error")) {
            raised++;
        } else {
            rendered++;
        }
    }

    private Reference.Outcome outcome(Path directory, String name, Map<String, Object> variables) {
        Object parsed = templates.computeIfAbsent(name, key -> parse(directory.resolve(key)));
        return parsed instanceof Template template ? Reference.render(template, variables) : (Reference.Failed) parsed;
    }

    private static Object parse(Path file) {
        try {
            return Template.parse(Files.readString(file));
        } catch (JinjaException e) {
            return new Reference.Failed(e.kind(), e.detail(), e.line());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
