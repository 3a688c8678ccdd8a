package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutputSplitterPropertiesTest {
    private static final String[] PARTS = {
        "<think>",
        "</think>",
        "<",
        "</",
        "</thi",
        "think>",
        "\n",
        "\n\n",
        " ",
        "a",
        "b c",
        "🙂",
        "世",
        ">",
        "</think",
        "<thin"
    };

    @Provide
    Arbitrary<String> outputs() {
        return Arbitraries.of(PARTS).list().ofMaxSize(12).map(parts -> String.join("", parts));
    }

    @Property(tries = 3000)
    void anyChunking_givesTheSameAsOnePiece(
            @ForAll("outputs") String output, @ForAll OutputStart start, @ForAll Random random) {
        Split whole = split(start, List.of(output));
        Split cut = split(start, cut(output, random));
        assertThat(cut.reasoning).isEqualTo(whole.reasoning);
        assertThat(cut.content).isEqualTo(whole.content);
    }

    @Property(tries = 2000)
    void heldBack_isOnlyWhatCouldBeTagOrLineBreaksBeforeIt(
            @ForAll("outputs") String output, @ForAll OutputStart start, @ForAll Random random) {
        OutputSplitter splitter = new OutputSplitter(start);
        for (String chunk : cut(output, random)) {
            splitter.feed(chunk);
        }
        String held =
                String.join("", splitter.finish().stream().map(Piece::text).toList());
        assertThat(held).matches("[\\s]*(<|</|<t|</t|<th|</th|<thi|</thi|<thin|</thin|<think|</think)?");
    }

    @Property(tries = 2000)
    void reasoningTokens_neverExceedTokensAndAreZeroOnlyWithoutReasoning(
            @ForAll("outputs") String output, @ForAll OutputStart start, @ForAll Random random) {
        List<String> chunks = cut(output, random);
        Split split = split(start, chunks);
        assertThat(split.reasoningTokens).isBetween(split.reasoning.isEmpty() ? 0 : 1, chunks.size());
        if (split.reasoning.isEmpty()) {
            assertThat(split.reasoningTokens).isZero();
        }
    }

    /** DeepSeek's own parser as the reference. It keeps a line break between a piece of a tag and the tag; we do not. */
    @Test
    void split_randomOutputs_equalsReference() throws Exception {
        long seed = 7;
        Random random = new Random(seed);
        List<Map<String, @Nullable Object>> cases = new ArrayList<>();
        List<Split> ours = new ArrayList<>();
        OutputStart[] starts = {
            OutputStart.REASONING, OutputStart.REASONING_CONTINUED, OutputStart.CONTENT, OutputStart.CONTENT_CONTINUED
        };
        while (cases.size() < 600) {
            StringBuilder output = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                output.append(PARTS[random.nextInt(PARTS.length)]);
            }
            if (output.toString().matches("(?s).*(<|/|t|h|i|n|k)\n+</think>.*")) {
                continue;
            }
            // The recipe knows content from the start only with its leading line breaks dropped.
            OutputStart start = starts[random.nextInt(starts.length)];
            List<String> chunks = cut(output.toString(), random);
            Map<String, @Nullable Object> oneCase = new LinkedHashMap<>();
            oneCase.put("family", "split");
            oneCase.put("start", start.name());
            oneCase.put("chunks", chunks);
            cases.add(oneCase);
            ours.add(split(start, chunks));
        }
        List<JsonNode> answers = TestSetup.reference(cases);
        for (int i = 0; i < cases.size(); i++) {
            String about = "seed " + seed + ", case " + i + ": " + TestSetup.JSON.writeValueAsString(cases.get(i));
            assertThat(ours.get(i).reasoning)
                    .as(about)
                    .isEqualTo(answers.get(i).get("reasoning").asText());
            assertThat(ours.get(i).content)
                    .as(about)
                    .isEqualTo(answers.get(i).get("content").asText());
        }
    }

    private record Split(String reasoning, String content, int reasoningTokens) {}

    private static Split split(OutputStart start, List<String> chunks) {
        OutputSplitter splitter = new OutputSplitter(start);
        List<Piece> pieces = new ArrayList<>();
        for (String chunk : chunks) {
            pieces.addAll(splitter.feed(chunk));
        }
        pieces.addAll(splitter.finish());
        StringBuilder reasoning = new StringBuilder();
        StringBuilder content = new StringBuilder();
        for (Piece piece : pieces) {
            assertThat(piece.text()).isNotEmpty();
            (piece.kind() == Kind.REASONING ? reasoning : content).append(piece.text());
        }
        return new Split(reasoning.toString(), content.toString(), splitter.reasoningTokens());
    }

    /** Cut between characters, as the engine does: it never gives out half of one. */
    private static List<String> cut(String text, Random random) {
        List<String> chunks = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = text.offsetByCodePoints(
                    from, Math.min(1 + random.nextInt(5), text.codePointCount(from, text.length())));
            chunks.add(text.substring(from, to));
            from = to;
        }
        return chunks;
    }
}
