package dev.unbusy.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.api.AnswerEnd;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.FinishReason;
import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.Penalties;
import dev.unbusy.sampling.SamplerScratch;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import dev.unbusy.sampling.TokenLogprobs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where logits are the same, an answer cut anywhere goes on exactly as it would have: random numbers, penalties, text held
 * back, stop texts, calls half read, grammar, log-probabilities, counts. The logits here are a function of the tokens
 * before them, so that no rounding of the library comes between; the vocabulary is the real one.
 */
class GenerationResumeTest {
    private static final int[] PROMPT = {1, 504, 2365, 282};
    private static final int MOST_TOKENS = 48;
    private static final String SCHEMA = """
            "response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object",
            "properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer"}},"required":["name","age"],
            "additionalProperties":false}}}""";
    private static final String TOOLS = """
            "tools":[{"type":"function","function":{"name":"add","parameters":{"type":"object","properties":{
            "a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"]}}}],"tool_choice":\"""";

    private final Vocab vocab = RealModel.shared().vocab();

    /** @param fields of the chat request that the shape comes from */
    record Case(String name, String fields, SamplingParameters sampling, List<String> stops) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        SamplingParameters hot = SamplingParameters.ofTemperature(1).withTopP(0.9f);
        SamplingParameters penalised = hot.withPenalties(new Penalties(1.3f, 0.8f, 0.6f));
        return Stream.of(
                new Case("greedy", "", SamplingParameters.GREEDY, List.of()),
                new Case("sampled", "", hot, List.of()),
                new Case("penalised", "", penalised, List.of()),
                new Case("logprobs", "", penalised.withTopLogprobs(2), List.of()),
                new Case("stops", "", hot, List.of("ing th", "zzz", "tion o")),
                new Case("schema", SCHEMA, penalised, List.of()),
                new Case("schema and stop", SCHEMA, hot, List.of("\"age")),
                new Case("calls", TOOLS + "required\"", penalised, List.of()),
                new Case("calls with logprobs", TOOLS + "required\"", hot.withTopLogprobs(1), List.of()),
                new Case("perhaps calls", TOOLS + "auto\"", hot.withTopLogprobs(1), List.of("<", "e")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cutAnywhere_theRestIsTheSame(Case a) {
        for (long seed = 1; seed <= 3; seed++) {
            Heard whole = generate(a, seed, Written.NOTHING);
            assertThat(whole.usage).as("ended").isNotNull();
            int told = whole.told.size();
            for (int cut = 1; cut < told; cut++) {
                int[] tokens = whole.told.subList(0, cut).stream()
                        .mapToInt(Told::token)
                        .toArray();
                Heard rest = generate(a, seed, new Written(tokens, 3, false));
                assertThat(rest.told)
                        .as("seed %d, cut %d of %d", seed, cut, told)
                        .isEqualTo(whole.told.subList(cut, told));
                assertThat(rest.rest).isEqualTo(whole.rest);
                assertThat(rest.reason).isEqualTo(whole.reason);
                assertThat(rest.usage)
                        .isEqualTo(new GenerationUsage(
                                PROMPT.length,
                                3,
                                whole.usage().completionTokens(),
                                whole.usage().reasoningTokens()));
            }
        }
    }

    private Heard generate(Case a, long seed, Written written) {
        LoadedModel model = RealModel.shared();
        ChatRequest chat =
                ChatRequest.parse(Chats.chat("Hi.", a.fields).toString().getBytes(UTF_8));
        GenerationRequest shaped =
                new PromptMaker(model).chat(chat, Claims.NONE).getFirst();
        AnswerShape shape = a.fields.isEmpty() ? AnswerShape.free(OutputStart.PLAIN) : shaped.shape();
        GenerationRequest request = new GenerationRequest(
                        PROMPT.clone(),
                        MOST_TOKENS,
                        a.sampling,
                        SamplerState.start(seed, 1),
                        a.stops,
                        false,
                        shape,
                        shape.grammar() == null ? null : shaped.masks(),
                        Claims.NONE)
                .goingOn(SamplerState.start(seed, 1), written);
        Heard heard = new Heard();
        Generation generation = new Generation(request, heard, vocab, 0);
        SamplerScratch scratch = new SamplerScratch(vocab.size());
        List<Integer> history = new ArrayList<>();
        for (int token : written.tokens()) {
            history.add(token);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment logits = arena.allocate(ValueLayout.JAVA_FLOAT, vocab.size());
            int token;
            do {
                fill(logits, seed, history);
                token = generation.next(logits, vocab, scratch);
                history.add(token);
            } while (token >= 0);
        }
        return heard;
    }

    /** Some hundred tokens share the probability, others each time; texts, control tokens and ends among them. */
    private void fill(MemorySegment logits, long seed, List<Integer> history) {
        Random random = new Random(seed * 31 + history.hashCode());
        for (int token = 0; token < vocab.size(); token++) {
            logits.setAtIndex(ValueLayout.JAVA_FLOAT, token, -20 + (token * 31 + history.size()) % 7);
        }
        for (int i = 0; i < 300; i++) {
            logits.setAtIndex(ValueLayout.JAVA_FLOAT, random.nextInt(vocab.size()), random.nextFloat() * 6);
        }
        for (int i = 0; i < 40; i++) {
            logits.setAtIndex(ValueLayout.JAVA_FLOAT, random.nextInt(600), random.nextFloat() * 7);
        }
    }

    /** @param logprob of the token, bits of it; null where none was told */
    record Told(
            int token,
            List<OutputSplitter.Piece> pieces,
            @Nullable List<Integer> logprob,
            boolean insideReasoning) {}

    private static final class Heard implements GenerationListener {
        private final List<Told> told = new ArrayList<>();
        private List<OutputSplitter.Piece> rest = List.of();

        private @Nullable FinishReason reason;
        private @Nullable GenerationUsage usage;

        GenerationUsage usage() {
            return java.util.Objects.requireNonNull(usage);
        }

        @Override
        public void begun(int cachedTokens) {}

        @Override
        public void token(
                int token,
                List<OutputSplitter.Piece> pieces,
                @Nullable TokenLogprobs logprobs,
                boolean insideReasoning) {
            List<Integer> bits = null;
            if (logprobs != null) {
                bits = new ArrayList<>(List.of(logprobs.token(), Float.floatToIntBits(logprobs.logprob())));
                bits.addAll(Arrays.stream(logprobs.topTokens()).boxed().toList());
            }
            told.add(new Told(token, List.copyOf(pieces), bits, insideReasoning));
        }

        @Override
        public void flush() {}

        @Override
        public void ended(List<OutputSplitter.Piece> pieces, AnswerEnd end, GenerationUsage generationUsage) {
            rest = List.copyOf(pieces);
            reason = end.reason();
            usage = generationUsage;
        }

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }
    }
}
