package dev.unbusy.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.jinja.JinjaException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random small templates on random data, against Python's jinja2: the same text, or a failure on both sides. */
class DifferentialFuzzTest {
    private static final long SEED = Long.getLong("unbusy.test.seed", 7);
    private static final int COUNT = Integer.getInteger("unbusy.test.fuzz", 4000);

    /** What Python prints of functions and generators: an address, which no second run repeats. */
    private static final Pattern ADDRESS = Pattern.compile(" at 0x[0-9a-f]+|<bound method|<class '");

    private final List<String> differences = new ArrayList<>();
    private int same;
    private int bothFail;
    private int refused;

    @Test
    @Timeout(1200)
    void render_ofRandomTemplates_agreesWithTheReference() {
        Reference.run(this::compare, "fuzz.py", Long.toString(SEED), Integer.toString(COUNT));
        System.out.printf(
                "random templates: %d, same text: %d, both fail: %d, refused by name: %d, different: %d (seed %d)%n",
                COUNT, same, bothFail, refused, differences.size(), SEED);
        assertThat(differences).as("seed " + SEED).isEmpty();
        assertThat(refused)
                .as("templates refused by name that the reference renders")
                .isLessThan(COUNT / 20);
    }

    private void compare(Map<String, Object> line) {
        String source = Reference.text(line, "template");
        Reference.Outcome ours = Reference.render(source, Reference.object(line, "variables"));
        if (line.get("expected") instanceof String expected
                && (ADDRESS.matcher(expected).find()
                        || (ours instanceof Reference.Failed failed && failed.kind() == Kind.UNSUPPORTED))) {
            refused++;
        } else if (!Reference.agrees(ours, line)) {
            differences.add(source + "\n  variables: " + line.get("variables") + "\n  ours:      " + ours
                    + "\n  reference: "
                    + (line.containsKey("error")
                            ? line.get("error") + ": " + line.get("message")
                            : "[" + line.get("expected") + "]"));
        } else if (line.containsKey("error")) {
            bothFail++;
        } else {
            same++;
        }
    }
}
