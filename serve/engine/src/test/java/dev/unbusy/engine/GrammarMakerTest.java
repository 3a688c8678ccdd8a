package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.Tool;
import dev.unbusy.chat.ToolCallForm;
import dev.unbusy.chat.ToolCallSyntax;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.Matcher;
import dev.unbusy.grammar.TokenMasks;
import dev.unbusy.grammar.TokenTable;
import dev.unbusy.llama.Vocab;
import java.nio.charset.StandardCharsets;
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
 * Random walks through the grammars of every convention of tool calls, read back by the splitter that reads real answers:
 * whatever the grammar lets through is a call of one of the tools with arguments by its schema. With the markers as
 * ordinary text and as control tokens.
 */
class GrammarMakerTest {
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final Vocab VOCAB = RealModel.shared().vocab();
    /** What ends free text; a random walk would hardly find it. */
    private static List<String> closers(ToolCallSyntax syntax) {
        return switch (syntax) {
            case DSML_V32, DSML_V4 -> List.of("\"", "</｜DSML｜parameter>\n", "</think>");
            case DSML_V41 -> List.of("\"", "</｜DSML｜ parameter>\n", "</think>");
            case QWEN_TAGS -> List.of("\"", "\n</parameter>\n", "</parameter>\n", "</think>");
            case MISTRAL_ID -> List.of("\"", "[ARGS]", "</think>");
            default -> List.of("\"", "</think>");
        };
    }

    private static Tool tool(String name, String schema) {
        Map<String, @Nullable Object> parameters = Chats.MAPPER.convertValue(
                Chats.json(schema), new TypeReference<LinkedHashMap<String, @Nullable Object>>() {});
        return new Tool(name, parameters, true);
    }

    private static final Tool WEATHER = tool("get_weather", """
            {"type":"object","properties":{"city":{"type":"string","enum":["Paris","New York","北京"]},
            "days":{"type":"integer","minimum":1,"maximum":14},
            "options":{"type":"object","properties":{"unit":{"enum":["c","f"]}},"additionalProperties":false}},
            "required":["city","days"],"additionalProperties":false}""");
    private static final Tool NOTE = tool("add-note", """
            {"type":"object","properties":{"text":{"type":"string"},"tags":{"type":"array","maxItems":2,
            "items":{"type":"string","maxLength":5}},"pinned":{"type":["boolean","null"]}},"required":["text"],
            "additionalProperties":false}""");
    private static final Tool NOTHING = tool("now", "{\"type\":\"object\",\"properties\":{}}");
    private static final List<Tool> TOOLS = List.of(WEATHER, NOTE, NOTHING);

    /** A vocabulary and how to write its tokens. */
    private static final class Words {
        private final TokenTable table;
        private final TokenMasks masks;
        private final List<String> specials;

        Words(List<String> specials) {
            this.specials = specials;
            TokenTable.Builder builder = TokenTable.builder(VOCAB.size() + specials.size());
            for (int token = 0; token < VOCAB.size(); token++) {
                if (VOCAB.isEndOfGeneration(token)) {
                    builder.end(token);
                } else if (!VOCAB.isControl(token)) {
                    builder.text(token, VOCAB.piece(token));
                }
            }
            for (int i = 0; i < specials.size(); i++) {
                builder.special(VOCAB.size() + i, specials.get(i));
            }
            table = builder.build();
            masks = new TokenMasks(table);
        }

        byte[] piece(int token) {
            return token < VOCAB.size()
                    ? VOCAB.piece(token)
                    : specials.get(token - VOCAB.size()).getBytes(StandardCharsets.UTF_8);
        }

        private int special(String text) {
            return specials.indexOf(text);
        }

        /** Tokens of a text in which the special tokens are themselves. */
        int[] tokens(String text) {
            for (String special : specials) {
                int at = text.indexOf(special);
                if (at >= 0) {
                    int[] before = tokens(text.substring(0, at));
                    int[] after = tokens(text.substring(at + special.length()));
                    int[] all = new int[before.length + 1 + after.length];
                    System.arraycopy(before, 0, all, 0, before.length);
                    all[before.length] = VOCAB.size() + special(special);
                    System.arraycopy(after, 0, all, before.length + 1, after.length);
                    return all;
                }
            }
            return text.isEmpty() ? new int[0] : VOCAB.tokenize(text, false, false);
        }
    }

    /** Writes until the grammar lets it end. */
    private static List<byte[]> walk(Words words, Grammar grammar, Random random, String begin, List<String> closers) {
        Matcher matcher = words.masks.matcher(grammar);
        List<byte[]> written = new ArrayList<>();
        for (int token : words.tokens(begin)) {
            assertThat(matcher.accept(token)).as("begins with %s", begin).isTrue();
            written.add(words.piece(token));
        }
        long[] mask = new long[words.table.maskLength()];
        for (int step = 0; step < 3000; step++) {
            if (matcher.canEnd() && (random.nextInt(3) == 0 || matcher.next() == Matcher.Next.END)) {
                return written;
            }
            if (random.nextInt(4) == 0 && close(words, matcher, closers.get(random.nextInt(closers.size())), written)) {
                continue;
            }
            assertThat(matcher.allowed(mask)).isNotEqualTo(Matcher.Next.DEAD_END);
            int token = pick(mask, words, random);
            assertThat(matcher.accept(token)).isTrue();
            written.add(words.piece(token));
        }
        throw new AssertionError("no end in sight");
    }

    private static boolean close(Words words, Matcher matcher, String closer, List<byte[]> written) {
        Matcher.Mark mark = matcher.mark();
        int[] tokens = words.tokens(closer);
        for (int token : tokens) {
            if (!matcher.accept(token)) {
                matcher.reset(mark);
                return false;
            }
        }
        for (int token : tokens) {
            written.add(words.piece(token));
        }
        return true;
    }

    private static int pick(long[] mask, Words words, Random random) {
        int count = 0;
        int picked = -1;
        for (int token = 0; token < words.table.size(); token++) {
            if ((mask[token >> 6] >>> token & 1) != 0 && !words.table.isEnd(token) && random.nextInt(++count) == 0) {
                picked = token;
            }
        }
        return picked;
    }

    private record Call(String name, StringBuilder arguments) {}

    private static List<Call> read(
            List<byte[]> written, OutputStart start, ToolCallSyntax syntax, StringBuilder content) {
        OutputSplitter splitter = new OutputSplitter(start, syntax, TOOLS);
        TextAssembler characters = new TextAssembler();
        List<Piece> pieces = new ArrayList<>();
        for (byte[] piece : written) {
            characters.room(piece.length).put(piece);
            pieces.addAll(splitter.feed(characters.take()));
        }
        pieces.addAll(splitter.feed(characters.finish()));
        pieces.addAll(splitter.finish());
        List<Call> calls = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece.kind() == Kind.CALL) {
                calls.add(new Call(piece.text(), new StringBuilder()));
            } else if (piece.kind() == Kind.CALL_ARGUMENTS) {
                calls.getLast().arguments.append(piece.text());
            } else if (piece.kind() == Kind.CONTENT) {
                content.append(piece.text());
            }
        }
        return calls;
    }

    private static void assertValid(List<Call> calls, String text) {
        for (Call call : calls) {
            Tool called = TOOLS.stream()
                    .filter(tool -> tool.name().equals(call.name))
                    .findAny()
                    .orElseThrow(() -> new AssertionError("no tool: " + call.name + " in " + text));
            JsonNode arguments = Chats.json(call.arguments.toString());
            assertThat(SCHEMAS.getSchema(Chats.MAPPER.<JsonNode>valueToTree(called.parameters()))
                            .validate(arguments))
                    .as("%s in %s", call, text)
                    .isEmpty();
        }
    }

    private static String text(List<byte[]> written) {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        written.forEach(bytes::writeBytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static List<Words> vocabularies(ToolCallSyntax syntax) {
        List<String> specials = new ArrayList<>(syntax.markers());
        specials.add("<think>");
        specials.add("</think>");
        return List.of(new Words(List.of()), new Words(specials));
    }

    @ParameterizedTest
    @EnumSource
    void callsThatMustCome_areReadBackAsValidCalls(ToolCallSyntax syntax) {
        Random random = new Random(syntax.word().hashCode());
        for (Words words : vocabularies(syntax)) {
            for (OutputStart start : new OutputStart[] {OutputStart.PLAIN, OutputStart.REASONING, OutputStart.DETECT}) {
                for (boolean parallel : new boolean[] {false, true}) {
                    ToolCallForm form = syntax.form(TOOLS, parallel);
                    Grammar grammar = new GrammarMaker(start, words.specials).calls(form);
                    for (int round = 0; round < 6; round++) {
                        List<byte[]> written = walk(words, grammar, random, "", closers(syntax));
                        StringBuilder content = new StringBuilder();
                        List<Call> calls = read(written, start, syntax, content);
                        String text = text(written);
                        assertThat(content).as(text).isBlank();
                        assertThat(calls).as(text).isNotEmpty();
                        assertThat(parallel || calls.size() == 1).as(text).isTrue();
                        assertValid(calls, text);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void textThatBeginsACall_isOneToItsEnd_otherTextIsFree(ToolCallSyntax syntax) {
        Random random = new Random(syntax.word().hashCode());
        for (Words words : vocabularies(syntax)) {
            ToolCallForm form = syntax.form(TOOLS, true);
            String trigger = form.triggers().getFirst();
            Grammar grammar = new GrammarMaker(OutputStart.PLAIN, words.specials).mayCall(form, syntax.endsReasoning());
            String before = form.triggersAtStartOnly() ? "\n " : "Let me see: < [ {\n";
            for (int round = 0; round < 8; round++) {
                List<byte[]> written = walk(words, grammar, random, before + trigger, closers(syntax));
                StringBuilder content = new StringBuilder();
                List<Call> calls = read(written, OutputStart.PLAIN, syntax, content);
                assertThat(calls).as(text(written)).isNotEmpty();
                assertThat(content.toString().strip()).as(text(written)).isEqualTo(before.strip());
                assertValid(calls, text(written));
            }
            Matcher matcher = words.masks.matcher(grammar);
            for (int token : words.tokens("No call, but 中文 and <tool> {\"a\": 1} [x]")) {
                assertThat(matcher.accept(token)).isTrue();
            }
            assertThat(matcher.canEnd()).isTrue();
        }
    }

    @Test
    void reasoningIsFree_andTheDemandBeginsBehindIt() {
        Map<String, @Nullable Object> schema = Map.of("type", "boolean");
        Grammar inside = new GrammarMaker(OutputStart.REASONING, List.of()).json(schema);
        assertThat(inside.matches("Hmm, {\"x\"} <think> maybe.</think>\n\ntrue"))
                .isTrue();
        assertThat(inside.matches("</think>false")).isTrue();
        assertThat(inside.matches("true")).isFalse();
        assertThat(inside.matches("x</think>yes")).isFalse();
        Grammar detected = new GrammarMaker(OutputStart.DETECT, List.of()).json(schema);
        assertThat(detected.matches("true")).isTrue();
        assertThat(detected.matches("<think>\nyes</think>\ntrue")).isTrue();
        assertThat(detected.matches("yes")).isFalse();
        Grammar plain = new GrammarMaker(OutputStart.CONTENT, List.of()).json(null);
        assertThat(plain.matches("{\"a\": [1, null]}")).isTrue();
        assertThat(plain.matches("[1]")).isFalse();
    }

    @Test
    void whereReasoningMayBeAllThereIs_itIs() {
        ToolCallForm form = ToolCallSyntax.HERMES.form(List.of(NOTHING), false);
        Grammar grammar = new GrammarMaker(OutputStart.REASONING, List.of()).mayCall(form, List.of());
        assertThat(grammar.matches("only <tool_call> thoughts")).isTrue();
        assertThat(grammar.matches("a</think>b<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>"))
                .isTrue();
        assertThat(grammar.matches("a</think>b<tool_call>x")).isFalse();
    }
}
