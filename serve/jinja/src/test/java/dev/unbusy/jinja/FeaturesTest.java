package dev.unbusy.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Small templates, feature by feature, with what Python's jinja2 made of them when {@code features.py} recorded it. */
class FeaturesTest {
    private static final String RECORDING = "features.jsonl";

    @TestFactory
    Stream<DynamicTest> render_ofEachFeature_agreesWithTheRecordedReference() throws IOException {
        List<Map<String, Object>> lines = recording();
        Map<String, Object> variables = Reference.object(lines.get(0), "variables");
        return lines.stream()
                .skip(1)
                .map(line -> DynamicTest.dynamicTest(
                        line.get("feature") + ": " + line.get("template"), () -> compare(line, variables)));
    }

    private static void compare(Map<String, Object> line, Map<String, Object> variables) {
        Reference.Outcome ours = Reference.render(Reference.text(line, "template"), variables);
        if (line.containsKey("error")) {
            assertThat(ours).isInstanceOf(Reference.Failed.class);
            assertThat(Reference.agrees(ours, line)).as("%s as %s", ours, line).isTrue();
        } else {
            assertThat(ours).isEqualTo(new Reference.Rendered(Reference.text(line, "expected")));
        }
    }

    @Test
    void recording_isWhatTheReferenceGivesToday() throws IOException {
        List<Map<String, Object>> fresh = new ArrayList<>();
        Reference.run(fresh::add, "features.py");
        List<Map<String, Object>> recorded = recording();
        assertThat(fresh).hasSameSizeAs(recorded);
        for (int i = 0; i < fresh.size(); i++) {
            // The words of Python's own errors change from version to version; what the template says does not.
            if (!Boolean.TRUE.equals(fresh.get(i).get("raised"))) {
                fresh.get(i).remove("message");
                fresh.get(i).replace("error", "");
                recorded.get(i).remove("message");
                recorded.get(i).replace("error", "");
            }
            assertThat(fresh.get(i)).isEqualTo(recorded.get(i));
        }
    }

    private static List<Map<String, Object>> recording() throws IOException {
        InputStream stream = Objects.requireNonNull(FeaturesTest.class.getResourceAsStream(RECORDING), RECORDING);
        List<Map<String, Object>> lines = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(json.readValue(line, new TypeReference<Map<String, Object>>() {}));
            }
        }
        return lines;
    }
}
