package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.api.DialectCheckers.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a worker sends, each dialect's client gets a well-formed stream, and on success everything that was said. */
class DialectStreamTest {

    @Property(tries = 500)
    void anyAnswer_becomesAWellFormedStream_withAllOfIt(@ForAll long seed, @ForAll Dialect dialect) {
        Random random = new Random(seed);
        DialectScript script = new DialectScript(random, dialect != Dialect.OLLAMA_GENERATE);
        DialectAnswer answer = DialectSamples.answer(dialect, DialectSamples.minimal(dialect, true));
        StringBuilder stream = new StringBuilder();
        long nanos = 0;
        for (byte[] event : script.events) {
            if (random.nextInt(5) == 0) {
                stream.append(new String(answer.keepAlive(++nanos), UTF_8));
            }
            stream.append(new String(answer.event(event, ++nanos), UTF_8));
        }
        if (script.end == DialectScript.End.GATEWAY_ERROR) {
            stream.append(new String(answer.error(ApiError.workerLost("gone")), UTF_8));
        }
        stream.append(new String(answer.end(++nanos), UTF_8));
        stream.append(new String(answer.end(++nanos), UTF_8));
        stream.append(new String(answer.error(ApiError.workerLost("late")), UTF_8));
        stream.append(new String(answer.keepAlive(++nanos), UTF_8));

        assertThat(answer.ended()).isTrue();
        Found found = DialectCheckers.check(dialect, stream.toString());
        assertThat(found.failed).isEqualTo(!script.succeeds());
        if (script.succeeds()) {
            assertThat(found.reasoning.toString()).isEqualTo(script.reasoning.toString());
            assertThat(found.content.toString()).isEqualTo(script.content.toString());
            assertThat(parsed(found.calls)).containsExactlyInAnyOrderElementsOf(parsed(script.calls));
            checkUsage(dialect, java.util.Objects.requireNonNull(found.last));
        }
    }

    private static List<JsonNode> parsed(List<String> calls) {
        List<JsonNode> list = new ArrayList<>();
        calls.forEach(call -> list.add(DialectSamples.json(call)));
        return list;
    }

    private static void checkUsage(Dialect dialect, JsonNode last) {
        switch (dialect) {
            case ANTHROPIC -> {
                assertThat(last.at("/usage/input_tokens").asInt()).isEqualTo(4);
                assertThat(last.at("/usage/cache_read_input_tokens").asInt()).isEqualTo(16);
                assertThat(last.at("/usage/output_tokens").asInt()).isEqualTo(7);
            }
            case RESPONSES ->
                assertThat(last.at("/response/usage").toString())
                        .isEqualTo("{\"input_tokens\":20,\"input_tokens_details\":{\"cached_tokens\":16,"
                                + "\"cache_write_tokens\":0},\"output_tokens\":7,"
                                + "\"output_tokens_details\":{\"reasoning_tokens\":3},\"total_tokens\":27}");
            case OLLAMA_CHAT, OLLAMA_GENERATE -> {
                assertThat(last.get("prompt_eval_count").asInt()).isEqualTo(20);
                assertThat(last.get("eval_count").asInt()).isEqualTo(7);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void answer_fromPiecesOfMutatedJson_neverThrows(Dialect dialect) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int failed = 0;
        for (int i = 0; i < 2_000; i++) {
            DialectAnswer answer = DialectSamples.answer(dialect, DialectSamples.minimal(dialect, true));
            StringBuilder stream = new StringBuilder();
            for (byte[] event : new DialectScript(random, true).events) {
                if (random.nextInt(20) == 0) {
                    event[random.nextInt(event.length)] = (byte) random.nextInt(256);
                }
                stream.append(new String(answer.event(event, 1), UTF_8));
            }
            stream.append(new String(answer.end(2), UTF_8));
            try {
                failed += DialectCheckers.check(dialect, stream.toString()).failed ? 1 : 0;
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(failed).isGreaterThan(200);
    }

    @ParameterizedTest
    @EnumSource
    void wholeAnswer_thatIsNone_isThatOfABrokenWorker(Dialect dialect) {
        DialectAnswer answer = DialectSamples.answer(dialect, DialectSamples.minimal(dialect, false));
        for (String bytes : List.of(
                "",
                "[]",
                "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}",
                "{\"choices\":[]}",
                "<html>",
                "{\"error\":\"x\"}")) {
            try {
                answer.whole(DialectSamples.bytes(bytes), 1);
                throw new AssertionError("taken: " + bytes);
            } catch (ApiException e) {
                assertThat(e.error().status()).as(bytes).isEqualTo(502);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void textEndlesslyLong_endsInAnError_beforeItFillsMemory(Dialect dialect) {
        DialectAnswer answer = DialectSamples.answer(dialect, DialectSamples.minimal(dialect, true));
        byte[] event = DialectSamples.delta("{\"content\":\"" + "x".repeat(1 << 20) + "\"}");
        for (int i = 0; i < 16; i++) {
            answer.event(event, 1);
            assertThat(answer.ended()).isFalse();
        }
        answer.event(event, 1);
        assertThat(answer.ended()).isTrue();
    }
}
