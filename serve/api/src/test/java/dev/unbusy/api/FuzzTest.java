package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Mutated bodies: every parser of foreign bytes answers with an {@link ApiException} or a value, nothing else. */
class FuzzTest {
    private static final String CHAT = "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"你好\"},"
            + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\\u00e9\\ud83d\\ude00\"}]},"
            + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\","
            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"x\"}],"
            + "\"max_tokens\":5,\"temperature\":0.7,\"stop\":[\"x\"],\"logit_bias\":{\"5\":1},\"stream\":true,"
            + "\"stream_options\":{\"include_usage\":true},\"thinking\":{\"type\":\"enabled\"},\"metadata\":{\"a\":[{}]}}";
    /** What the features add. */
    private static final String TOOLS =
            ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{"
                    + "\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1.5,-2e9,null]}}},\"strict\":true}}],"
                    + "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}},\"parallel_tool_calls\":false,"
                    + "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"$ref\":\"#\"}}}}";

    private static final String COMPLETION =
            "{\"model\":\"m\",\"prompt\":[[1,2,3],[4]],\"n\":2,\"logprobs\":3,\"seed\":-5,\"top_p\":1,\"echo\":false}";
    private static final String STATUS =
            new String(WorkerStatus.of("w", WorkerStatus.State.READY, "fine").toJson(), UTF_8);
    private static final String MODELS = "{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"created\":1,\"x\":{}}]}";
    /** Pieces that parsers trip over. */
    private static final String[] PIECES = {
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "1e999",
        "-",
        "0",
        "99999999999999999999",
        "\\ud800",
        "\"model\":",
        "\0",
        "\uFEFF",
        "NaN",
        "\"\"",
        " ",
        "//",
        "{\"a\":{\"b\":",
        "[[[[",
        "1.0",
        "\n"
    };

    static byte[] mutate(String valid, Random random) {
        StringBuilder text = new StringBuilder(valid);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(10)));
                case 2 -> {
                    if (at < text.length()) {
                        text.setCharAt(at, (char) random.nextInt(300));
                    }
                }
                default -> {
                    int end = Math.min(text.length(), at + random.nextInt(20));
                    text.insert(random.nextInt(text.length() + 1), text.substring(at, end));
                }
            }
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        if (random.nextInt(3) == 0 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256); // broken UTF-8
        }
        return bytes;
    }

    private static void fuzz(String valid, int rounds, Consumer<byte[]> parser) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < rounds; i++) {
            byte[] bytes = mutate(valid, random);
            try {
                parser.accept(bytes);
            } catch (ApiException e) {
                assertThat(e.error().status()).isEqualTo(400);
                assertThat(e.error().message()).as(new String(bytes, UTF_8)).hasSizeLessThan(600);
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", body " + new String(bytes, UTF_8), e);
            }
        }
        assertThat(refused).as("refusals, seed %d", seed).isGreaterThan(rounds / 10);
    }

    @Test
    void chat() {
        fuzz(CHAT, 10_000, ChatRequest::parse);
    }

    @Test
    void chatWithEveryFeature() {
        String all = CHAT.substring(0, CHAT.length() - 1) + TOOLS;
        assertThat(ChatRequest.parse(all.getBytes(UTF_8)).tools()).hasSize(1);
        fuzz(all, 10_000, bytes -> ChatRequest.parse(bytes));
    }

    @Test
    void completion() {
        fuzz(COMPLETION, 8_000, CompletionRequest::parse);
    }

    @Test
    void embedding() {
        String valid = "{\"model\":\"m\",\"input\":[\"a\",[1,2]],\"encoding_format\":\"base64\",\"dimensions\":5,"
                + "\"user\":\"u\"}";
        fuzz(valid, 8_000, EmbeddingRequest::parse);
    }

    @Test
    void outline() {
        fuzz(CHAT, 10_000, RequestOutline::scan);
    }

    @Test
    void status() {
        fuzz(STATUS, 4_000, WorkerStatus::parse);
    }

    @Test
    void models() {
        fuzz(MODELS, 4_000, ModelCard::parseList);
    }

    @Test
    void whatTheWorkerTakes_theGatewaysScanTakesToo() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = mutate(CHAT, random);
            ChatRequest request;
            try {
                request = ChatRequest.parse(bytes);
            } catch (ApiException refused) {
                continue;
            }
            taken++;
            RequestOutline outline = RequestOutline.scan(bytes);
            assertThat(outline.model()).as("seed %d", seed).isEqualTo(request.model());
            assertThat(outline.stream()).isEqualTo(request.stream());
            assertThat(outline.messageCount()).isEqualTo(request.messages().size());
            assertThat(outline.n()).isEqualTo(request.sampling().n());
        }
        assertThat(taken).as("seed %d", seed).isGreaterThan(20);
    }
}
