package dev.unbusy.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents point at exists. */
class DocumentsTest {
    private static final Path HOME = Path.of(Objects.requireNonNull(
            System.getProperty("unbusy.test.home"), "the property unbusy.test.home is not set: run ./unbusy verify"));
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    @Test
    void everyRelativeLink_inEveryDocument_pointsAtAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            Matcher matcher = LINK.matcher(Files.readString(document));
            while (matcher.find()) {
                String target = matcher.group(1);
                if (target.contains("://") || target.startsWith("mailto:")) {
                    continue;
                }
                links++;
                if (!Files.exists(Objects.requireNonNull(document.getParent()).resolve(target))) {
                    broken.add(HOME.relativize(document) + " → " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).as("links found").isGreaterThan(20);
    }

    @Test
    void theLifeOfARequest_linksOneClassPerStep() throws IOException {
        String text = Files.readString(HOME.resolve("ARCHITECTURE.md"));
        int start = text.indexOf("## The life of a request");
        assertThat(start).as("the section").isPositive();
        assertThat(text.substring(0, start)).as("what comes before it").doesNotContain("\n## ");
        String section = text.substring(start, text.indexOf("\n## ", start + 5));
        long steps = section.lines().filter(line -> line.matches("\\d+\\. .*")).count();
        long linked = section.lines()
                .filter(line -> line.matches("\\d+\\. .*\\]\\([^)]+\\.java\\).*"))
                .count();
        assertThat(steps).isGreaterThanOrEqualTo(10);
        assertThat(linked).isEqualTo(steps);
    }

    @Test
    void theReadmes_nameTheTwoCommands() throws IOException {
        for (String readme : List.of("README.md", "README.zh-CN.md")) {
            assertThat(Files.readString(HOME.resolve(readme)))
                    .as(readme)
                    .contains("./unbusy up")
                    .contains("./unbusy verify");
        }
    }

    private static List<Path> documents() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> top = Files.list(HOME);
                Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .forEach(found::add);
        }
        return found;
    }
}
