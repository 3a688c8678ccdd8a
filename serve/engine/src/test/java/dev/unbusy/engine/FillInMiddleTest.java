package dev.unbusy.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.llama.LlamaLibrary;
import dev.unbusy.llama.Model;
import dev.unbusy.llama.ModelOptions;
import dev.unbusy.llama.Vocab;
import dev.unbusy.text.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code suffix}, with the real model and with a copy of it in whose vocabulary three unused control tokens have the names
 * of Qwen-Coder's marks. What the copy answers is nonsense; what it is asked is not.
 */
class FillInMiddleTest {
    private static final String[][] RENAMED = {
        {"<issue_closed>", "<|fim_prefix|>"}, {"<jupyter_text>", "<|fim_suffix|>"}, {"<jupyter_code>", "<|fim_middle|>"}
    };

    private static ObjectNode request(String fields) {
        return ((ObjectNode) Chats.json("{" + fields + "}"))
                .put("model", "starter")
                .put("max_tokens", 8);
    }

    @Test
    void aModelWithoutMarks_refusesTheSuffixByName() {
        try (Chats chats = new Chats(RealModel.file())) {
            var answer = chats.post("/v1/completions", request("\"prompt\":\"def f(\",\"suffix\":\"return x\""));
            assertThat(answer.statusCode()).isEqualTo(400);
            JsonNode error = Chats.json(answer.body()).get("error");
            assertThat(error.get("param").asText()).isEqualTo("suffix");
            assertThat(error.get("code").asText()).isEqualTo("fill-in-middle-unsupported");
        }
    }

    @Test
    void aModelWithMarks_isAskedForWhatStandsBetween(@TempDir Path directory) throws IOException {
        Path file = renamed(directory);
        String before = "def add(a, b):\n    <|fim_middle|>";
        try (Model model = LlamaLibrary.load(RealModel.natives())
                .loadModel(file, ModelOptions.DEFAULT.withGpuLayers(0), Progress.NONE)) {
            Vocab vocab = model.vocab();
            int[] prompt = new GapFiller(vocab)
                    .prompt(before, "\n    return c", (text, param) -> vocab.tokenize(text, false, false));
            int[] marks = {
                vocab.tokenize("<|fim_prefix|>", false, true)[0],
                vocab.tokenize("<|fim_suffix|>", false, true)[0],
                vocab.tokenize("<|fim_middle|>", false, true)[0]
            };
            int start = vocab.addsBos() ? 1 : 0;
            assertThat(prompt[start]).isEqualTo(marks[0]);
            assertThat(prompt[prompt.length - 1]).isEqualTo(marks[2]);
            // The client's own <|fim_middle|> is text: the mark comes once.
            assertThat(java.util.Arrays.stream(prompt).filter(token -> token == marks[2]))
                    .hasSize(1);
            assertThat(java.util.Arrays.stream(prompt).filter(token -> token == marks[1]))
                    .hasSize(1);
        }
        try (Chats chats = new Chats(file)) {
            ObjectNode request = request("\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\",\"temperature\":0");
            var answer = chats.post("/v1/completions", request);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(Chats.json(answer.body()).get("choices")).hasSize(2);
        }
    }

    /** A copy of the model with other names of the same length for three tokens. */
    private static Path renamed(Path directory) throws IOException {
        byte[] bytes = Files.readAllBytes(RealModel.file());
        for (String[] names : RENAMED) {
            byte[] old = ("\0\0\0\0\0\0\0" + names[0]).getBytes(UTF_8); // behind the length's upper bytes
            int at = find(bytes, old);
            System.arraycopy(names[1].getBytes(UTF_8), 0, bytes, at + 7, names[1].length());
        }
        return Files.write(directory.resolve("fim.gguf"), bytes);
    }

    private static int find(byte[] bytes, byte[] wanted) {
        outer:
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            for (int i = 0; i < wanted.length; i++) {
                if (bytes[at + i] != wanted[i]) {
                    continue outer;
                }
            }
            return at;
        }
        throw new AssertionError("the model has no token " + new String(wanted, UTF_8));
    }
}
