package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.chat.DeepSeekV4Format.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conversations of ours and their prompts, one pair of files each: the formats stay what they are, without network. The
 * prompts were made by the reference encoders ({@code reference.py}), not by ours.
 */
class GoldenPromptTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Map<String, ChatFormat> FORMATS = Map.of(
            "v32", new DeepSeekV32Format(),
            "v4", new DeepSeekV4Format(Release.FIRST),
            "v4-second", new DeepSeekV4Format(Release.SECOND),
            "v41", new DeepSeekV41Format());

    static List<Path> conversations() throws IOException {
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void render_ourConversation_isThePromptOnFile(Path file) throws Exception {
        JsonNode json = TestSetup.JSON.readTree(file.toFile());
        PromptInput input = PromptInput.of(
                        TestSetup.messages(json.get("messages").toString()), LocalDate.EPOCH)
                .withTools(TestSetup.messages(json.get("tools").toString()))
                .withThinking(
                        json.get("thinking").asBoolean() ? Thinking.ENABLED : Thinking.DISABLED,
                        json.hasNonNull("reasoning_effort")
                                ? json.get("reasoning_effort").asText()
                                : null);
        if (json.hasNonNull("response_format")) {
            input = input.withResponseFormat(
                    TestSetup.map(json.get("response_format").toString()));
        }
        String family = file.getName(file.getNameCount() - 2).toString();
        ChatFormat format = Objects.requireNonNull(FORMATS.get(family), family);
        String prompt = Files.readString(Path.of(file.toString().replace(".json", ".txt")));
        assertThat(format.render(input).text()).isEqualTo(prompt);
    }
}
