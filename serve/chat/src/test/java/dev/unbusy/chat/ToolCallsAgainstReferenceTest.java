package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.chat.ParsedOutput.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Our parser against others: DeepSeek's own stream parser for DSML, SGLang's for every convention. Arguments are compared
 * as JSON values, since SGLang writes them anew.
 */
class ToolCallsAgainstReferenceTest {
    private static final int OUTPUTS = 300;
    private static final long SEED = 20261124;

    /** Which of SGLang's parsers reads a convention, and how the reference wants it written. */
    enum Reference {
        V3(ToolCallSyntax.DEEPSEEK_V3, "deepseekv3"),
        V31(ToolCallSyntax.DEEPSEEK_V31, "deepseekv31"),
        V32(ToolCallSyntax.DSML_V32, "deepseekv32"),
        V4(ToolCallSyntax.DSML_V4, "deepseekv4"),
        HERMES(ToolCallSyntax.HERMES, "hermes"),
        QWEN25(ToolCallSyntax.HERMES, "qwen25"),
        QWEN_TAGS(ToolCallSyntax.QWEN_TAGS, "qwen3_coder"),
        LLAMA3(ToolCallSyntax.LLAMA3, "llama3"),
        MISTRAL_LIST(ToolCallSyntax.MISTRAL_LIST, "mistral"),
        MISTRAL(ToolCallSyntax.MISTRAL, "mistral");

        private final ToolCallSyntax syntax;
        private final String detector;

        Reference(ToolCallSyntax syntax, String detector) {
            this.syntax = syntax;
            this.detector = detector;
        }
    }

    @ParameterizedTest
    @EnumSource(Reference.class)
    void parse_whatModelsWrite_equalsSglang(Reference reference) throws Exception {
        Random random = new Random(SEED);
        List<Map<String, @Nullable Object>> tools = TestSetup.messages(RandomCalls.TOOLS);
        List<Map<String, @Nullable Object>> cases = new ArrayList<>();
        List<ParsedOutput> ours = new ArrayList<>();
        for (int i = 0; i < OUTPUTS; i++) {
            String content = reference == Reference.LLAMA3 ? "" : RandomCalls.content(random);
            List<Call> calls = RandomCalls.calls(random, reference == Reference.LLAMA3 ? 1 : 3);
            String text = content + RandomCalls.write(reference.syntax, calls);
            if (reference == Reference.MISTRAL_LIST) {
                text = text.replace("[TOOL_CALLS][", "[TOOL_CALLS] [");
            }
            Map<String, @Nullable Object> oneCase = new LinkedHashMap<>();
            oneCase.put("family", "detect");
            oneCase.put("detector", reference.detector);
            oneCase.put("text", text);
            oneCase.put("tools", tools);
            cases.add(oneCase);
            ours.add(ParsedOutput.of(
                    OutputStart.CONTENT_CONTINUED,
                    reference.syntax,
                    Tool.listOf(tools),
                    ParsedOutput.cut(text, random)));
            // Not only equal to each other, but right.
            assertThat(values(ours.getLast().calls())).as(text).isEqualTo(values(calls));
        }
        List<JsonNode> answers = TestSetup.reference(cases);
        for (int i = 0; i < OUTPUTS; i++) {
            String about =
                    "seed " + SEED + ", output " + i + ": " + cases.get(i).get("text");
            JsonNode answer = answers.get(i);
            assertThat(answer.path("error").asText("")).as(about).isEmpty();
            assertThat(values(ours.get(i).calls())).as(about).isEqualTo(values(calls(answer)));
            assertThat(ours.get(i).content().strip())
                    .as(about)
                    .isEqualTo(answer.get("content").asText().strip());
        }
    }

    /** Here the strings of the arguments must be equal, and the content with its white space. */
    @Test
    void parse_dsml_equalsDeepSeeksOwnParser() throws Exception {
        Random random = new Random(SEED);
        List<Map<String, @Nullable Object>> cases = new ArrayList<>();
        List<ParsedOutput> ours = new ArrayList<>();
        ToolCallSyntax[] releases = {ToolCallSyntax.DSML_V4, ToolCallSyntax.DSML_V41};
        for (int i = 0; i < OUTPUTS; i++) {
            ToolCallSyntax release = releases[random.nextInt(2)];
            String calls = RandomCalls.write(release, RandomCalls.calls(random, 3));
            OutputStart start = random.nextBoolean() ? OutputStart.CONTENT : OutputStart.REASONING;
            boolean closes = random.nextInt(5) > 0;
            String reasoning =
                    start == OutputStart.REASONING ? RandomCalls.content(random) + (closes ? "</think>\n\n" : "") : "";
            List<String> chunks = ParsedOutput.cut(
                    reasoning + (closes ? RandomCalls.content(random) : "") + "\n".repeat(random.nextInt(4)) + calls,
                    random);
            Map<String, @Nullable Object> oneCase = new LinkedHashMap<>();
            oneCase.put("family", "calls");
            oneCase.put("start", start.name());
            oneCase.put("chunks", chunks);
            cases.add(oneCase);
            ours.add(ParsedOutput.of(start, release, Tool.listOf(TestSetup.messages(RandomCalls.TOOLS)), chunks));
        }
        assertEqualToTheReference(cases, ours);
        assertThat(ours).anyMatch(output -> output.calls().size() == 3);
    }

    /** The parsers that DeepSeek publishes with the encodings of V3.2 and V4, which take only what is well formed. */
    @Test
    void parse_wellFormedDsml_equalsThePublishedParsers() throws Exception {
        Random random = new Random(SEED);
        List<Map<String, @Nullable Object>> cases = new ArrayList<>();
        List<ParsedOutput> ours = new ArrayList<>();
        for (int i = 0; i < OUTPUTS; i++) {
            boolean v32 = random.nextBoolean();
            ToolCallSyntax release = v32 ? ToolCallSyntax.DSML_V32 : ToolCallSyntax.DSML_V4;
            OutputStart start = random.nextBoolean() ? OutputStart.CONTENT : OutputStart.REASONING;
            String reasoning = start == OutputStart.REASONING ? RandomCalls.content(random) + "</think>" : "";
            String calls = random.nextInt(5) == 0 ? "" : RandomCalls.write(release, RandomCalls.calls(random, 3));
            List<String> chunks = ParsedOutput.cut(reasoning + RandomCalls.content(random) + calls, random);
            Map<String, @Nullable Object> oneCase = new LinkedHashMap<>();
            oneCase.put("family", "published");
            oneCase.put("release", v32 ? "v32" : "v4");
            oneCase.put("start", start.name());
            oneCase.put("chunks", chunks);
            cases.add(oneCase);
            ours.add(ParsedOutput.of(start, release, Tool.listOf(TestSetup.messages(RandomCalls.TOOLS)), chunks));
        }
        assertEqualToTheReference(cases, ours);
    }

    private static void assertEqualToTheReference(List<Map<String, @Nullable Object>> cases, List<ParsedOutput> ours)
            throws Exception {
        List<JsonNode> answers = TestSetup.reference(cases);
        for (int i = 0; i < OUTPUTS; i++) {
            String about = "seed " + SEED + ", output " + i + ": " + TestSetup.JSON.writeValueAsString(cases.get(i));
            JsonNode answer = answers.get(i);
            assertThat(answer.path("error").asText("")).as(about).isEmpty();
            assertThat(ours.get(i))
                    .as(about)
                    .isEqualTo(new ParsedOutput(
                            answer.get("reasoning").asText(),
                            answer.get("content").asText(),
                            calls(answer)));
        }
    }

    private static List<Call> calls(JsonNode answer) {
        List<Call> calls = new ArrayList<>();
        answer.get("calls")
                .forEach(call -> calls.add(new Call(
                        call.get("name").asText(), call.get("arguments").asText())));
        return calls;
    }

    private static List<Object> values(List<Call> calls) throws Exception {
        List<Object> values = new ArrayList<>();
        for (Call call : calls) {
            values.add(call.name());
            values.add(TestSetup.JSON.readTree(call.arguments()));
        }
        return values;
    }
}
