package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The official JSON-Schema-Test-Suite (draft 2020-12, fetched for the test, not committed): what it calls invalid is never
 * accepted. What it calls valid may be left out of what is generated, but not much of it.
 */
@EnabledIfSystemProperty(
        named = "unbusy.test.schema.suite",
        matches = "[^$].*",
        disabledReason = "the suite is fetched by ./unbusy verify")
class SuiteTest {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);

    private static final List<String> OPTIONAL = List.of(
            "optional/ecmascript-regex.json",
            "optional/non-bmp-regex.json",
            "optional/bignum.json",
            "optional/float-overflow.json",
            "optional/format/date.json",
            "optional/format/time.json",
            "optional/format/date-time.json",
            "optional/format/duration.json",
            "optional/format/email.json",
            "optional/format/hostname.json",
            "optional/format/ipv4.json",
            "optional/format/ipv6.json",
            "optional/format/uuid.json",
            "optional/format/uri.json");

    @Test
    void whatTheSuiteCallsInvalid_isNeverAccepted() throws IOException {
        Path home = Path.of(Objects.requireNonNull(System.getProperty("unbusy.test.schema.suite")));
        List<Path> files = new ArrayList<>();
        try (var list = Files.list(home)) {
            list.filter(path -> path.toString().endsWith(".json")).sorted().forEach(files::add);
        }
        OPTIONAL.forEach(name -> files.add(home.resolve(name)));
        List<String> wrong = new ArrayList<>();
        Map<String, Integer> refused = new TreeMap<>();
        int rightInvalid = 0;
        int accepted = 0;
        int leftOut = 0;
        for (Path file : files) {
            String name = home.relativize(file).toString();
            for (JsonNode group : MAPPER.readTree(file.toFile())) {
                Grammar grammar;
                try {
                    grammar = Grammar.ofJsonSchema(group.get("schema"), Whitespace.COMPACT);
                } catch (GrammarException e) {
                    refused.merge(e.code(), 1, Integer::sum);
                    if (e.code().equals("schema-unsatisfiable")) {
                        group.get("tests").forEach(test -> {
                            if (test.get("valid").booleanValue() && !isLeftOut(name)) {
                                wrong.add(name + ": " + group.get("description") + " is satisfied by "
                                        + test.get("data"));
                            }
                        });
                    }
                    continue;
                }
                for (JsonNode test : group.get("tests")) {
                    boolean valid = test.get("valid").booleanValue();
                    boolean matches = grammar.matches(MAPPER.writeValueAsString(test.get("data")));
                    if (matches && !valid) {
                        wrong.add(name + ": " + group.get("description") + " accepts " + test.get("data"));
                    } else if (!valid) {
                        rightInvalid++;
                    } else if (matches) {
                        accepted++;
                    } else {
                        leftOut++;
                    }
                }
            }
        }
        System.out.printf(
                "suite: %d invalid values kept out, %d valid ones accepted, %d valid ones not generated, schemas refused %s%n",
                rightInvalid, accepted, leftOut, refused);
        assertThat(wrong).isEmpty();
        assertThat(rightInvalid).isGreaterThan(400);
        assertThat(accepted).isGreaterThan(leftOut);
    }

    /** An object whose further properties must match, but that names none, has none here. */
    private static boolean isLeftOut(String file) {
        return file.startsWith("unevaluated");
    }
}
