package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.api.FinishReason;
import dev.unbusy.api.StepStatus;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.Penalties;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import dev.unbusy.scheduler.Claim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine on the real library with the starter model. */
class EngineTest {
    private static final String QUESTION = "The capital of France is Paris. The capital of Germany is";

    private final Vocab vocab = model().vocab();
    private Engine engine;

    /** What the tests run on. */
    LoadedModel model() {
        return RealModel.shared();
    }

    @BeforeEach
    void start() {
        engine = RealModel.engine(model());
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void greedy_equalsAPlainLoopOverTheBinding() {
        int[] prompt = tokens(QUESTION);
        Recording answer = run(greedy(prompt, 40));
        int[] plain = RealModel.plainLoop(prompt, 40).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        assertThat(answer.text()).isEqualTo(vocab.text(plain)).isNotBlank();
    }

    @Test
    void requestsSharingAPrefix_computeItOnceAndAnswerAsIfAlone() {
        // Text whose next word is beyond doubt: with near ties, a batch's rounding may choose the other token.
        String[] words = "one two three four five six seven eight nine ten eleven twelve".split(" ");
        int[] shared = tokens((String.join(" ", words) + ". ").repeat(12).strip());
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int[] own = vocab.tokenize(" " + String.join(" ", Arrays.copyOfRange(words, i, i + 3)), false, false);
            int[] prompt = Arrays.copyOf(shared, shared.length + own.length);
            System.arraycopy(own, 0, prompt, shared.length, own.length);
            requests.add(greedy(prompt, 1));
        }
        List<Recording> answers = run(requests);
        for (int i = 0; i < 8; i++) {
            Recording answer = answers.get(i);
            int[] prompt = requests.get(i).prompt();
            assertThat(answer.usage().promptTokens()).isEqualTo(prompt.length);
            assertThat(answer.usage().cachedTokens()).isEqualTo(i == 0 ? 0 : shared.length);
        }
        for (int i = 0; i < 4; i++) {
            int alone = RealModel.plainLoop(requests.get(i).prompt(), 1).getFirst();
            assertThat(answers.get(i).text()).isEqualTo(vocab.text(alone)).isEqualTo(" " + words[i + 3]);
        }
        Recording again = run(greedy(requests.get(3).prompt().clone(), 1));
        assertThat(again.usage().cachedTokens()).isEqualTo(requests.get(3).prompt().length - 1);
    }

    @Test
    void usage_countsEveryTokenOnce() {
        Recording answer = run(ignoringEnd(tokens(QUESTION), 25));
        assertThat(answer.tokens).hasValue(25);
        assertThat(answer.reason).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.usage()).isEqualTo(new GenerationUsage(tokens(QUESTION).length, 0, 25, 0));
    }

    @Test
    void stopText_isFoundWhereverTokensCutItAndNoPartOfItIsSent() {
        int[] prompt = tokens(QUESTION);
        String whole = run(ignoringEnd(prompt, 24)).text();
        for (int start = 3; start + 6 < whole.length(); start += 7) {
            String stop = whole.substring(start, start + 5);
            Recording answer = run(new GenerationRequest(
                    prompt.clone(),
                    24,
                    SamplingParameters.GREEDY,
                    SamplerState.start(0, 0),
                    List.of("never said", stop),
                    true,
                    AnswerShape.free(OutputStart.PLAIN),
                    null,
                    new Claims(Claim.PLAIN, "scope-" + start)));
            assertThat(answer.text()).as("stop \"%s\"", stop).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(answer.reason).isEqualTo(FinishReason.STOP);
        }
    }

    @Test
    void sameSeed_onAFreshEngine_givesTheSameAnswer() {
        GenerationRequest request = sampled(tokens(QUESTION), 30, 42);
        String first = run(request).text();
        engine.close();
        engine = RealModel.engine(model());
        assertThat(run(sampled(tokens(QUESTION), 30, 42)).text()).isEqualTo(first);
        engine.close();
        engine = RealModel.engine(model());
        assertThat(run(sampled(tokens(QUESTION), 30, 43)).text()).isNotEqualTo(first);
    }

    @Test
    void logprobs_comeWithEachTokenAndNameTheChosenOne() {
        Recording answer = run(new GenerationRequest(
                tokens(QUESTION),
                5,
                SamplingParameters.GREEDY.withTopLogprobs(3),
                SamplerState.start(0, 0),
                List.of(),
                true,
                AnswerShape.free(OutputStart.PLAIN),
                null,
                Claims.NONE));
        assertThat(answer.logprobs).hasSize(5).allSatisfy(token -> {
            assertThat(token.topTokens()).hasSize(3);
            assertThat(token.topTokens()[0]).isEqualTo(token.token());
            assertThat(token.logprob()).isNegative().isEqualTo(token.topLogprobs()[0]);
        });
    }

    @Test
    void cancel_inPrefill_endsTheStepAndReleasesAllCells() {
        Recording answer = new Recording();
        Engine.Handle handle = submit(greedy(random(2000, 5), 10), answer);
        RealModel.await(() -> engine.status().steps() >= 1);
        long steps = engine.status().steps();
        handle.cancel(CancelReason.CLIENT_GONE);
        RealModel.await(() -> RealModel.isIdle(engine));
        assertThat(engine.status().steps()).isLessThanOrEqualTo(steps + 1);
        assertThat(answer.tokens).hasValue(0);
    }

    @Test
    void cancel_inDecode_stopsWithinOneStep() {
        Recording answer = new Recording();
        Engine.Handle[] handle = new Engine.Handle[1];
        Recording gate = new Recording();
        // The neighbour keeps the engine busy; it must not notice.
        submit(ignoringEnd(tokens("One two three"), 60), gate);
        answer.onToken = () -> {
            if (answer.tokens.get() == 5) {
                RealModel.await(() -> handle[0] != null);
                handle[0].cancel(CancelReason.CLIENT_GONE);
            }
        };
        handle[0] = submit(ignoringEnd(tokens(QUESTION), 400), answer);
        gate.join();
        RealModel.await(() -> RealModel.isIdle(engine));
        assertThat(answer.tokens).hasValue(5);
        assertThat(gate.usage().completionTokens()).isEqualTo(60);
    }

    @Test
    void cancelledTwiceAndAfterTheEnd_countsOnce() {
        Recording answer = new Recording();
        Engine.Handle handle = submit(ignoringEnd(random(600, 9), 50), answer);
        handle.cancel(CancelReason.CLIENT_GONE);
        handle.cancel(CancelReason.SHUTDOWN);
        RealModel.await(() -> RealModel.isIdle(engine));
        Recording next = new Recording();
        Engine.Handle done = submit(ignoringEnd(tokens(QUESTION), 2), next);
        next.join();
        done.cancel(CancelReason.CLIENT_GONE);
        RealModel.await(() -> RealModel.isIdle(engine));
        assertThat(run(ignoringEnd(tokens(QUESTION), 2)).tokens).hasValue(2);
    }

    @Test
    void manyRandomSubmitsAndCancels_leaveNoCellAndNoThreadBehind() {
        long seed = 20261124;
        Random random = new Random(seed);
        List<Recording> kept = new ArrayList<>();
        int[] shared = random(100, 77);
        for (int i = 0; i < 200; i++) {
            int[] prompt = Arrays.copyOf(shared, 1 + random.nextInt(100) + random.nextInt(60));
            for (int p = Math.min(100, prompt.length - 1); p < prompt.length; p++) {
                prompt[p] = 1000 + random.nextInt(2000);
            }
            Recording answer = new Recording();
            Engine.Handle handle = submit(ignoringEnd(prompt, 1 + random.nextInt(6)), answer);
            if (random.nextInt(3) == 0) {
                kept.add(answer);
            } else if (random.nextBoolean()) {
                handle.cancel(CancelReason.CLIENT_GONE);
            } else {
                int at = engine.status().running();
                RealModel.await(() -> engine.status().running() != at || answer.isOver() || RealModel.isIdle(engine));
                handle.cancel(CancelReason.CLIENT_GONE);
            }
        }
        kept.forEach(Recording::join);
        RealModel.await(() -> RealModel.isIdle(engine));
        assertThat(kept).as("seed %d", seed).isNotEmpty();
        engine.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("engine-0") && thread.isAlive());
    }

    @Test
    void whenCellsRunOut_theYoungestStartsAgainLaterAndEveryAnswerIsWhole() {
        engine.close();
        try (LoadedModel small = RealModel.load(RealModel.config(4, 512, 512, 64))) {
            engine = RealModel.engine(small);
            List<GenerationRequest> requests = IntStream.range(0, 3)
                    .mapToObj(i -> ignoringEnd(random(40, i), 200))
                    .toList();
            List<Recording> answers = run(requests);
            assertThat(answers).extracting(a -> a.tokens.get()).containsOnly(200);
            assertThat(answers).extracting(a -> a.usage().completionTokens()).containsOnly(200);
            RealModel.await(() -> RealModel.isIdle(engine));
            engine.close();
        }
    }

    @Test
    void promptBeyondTheContext_failsWithBothNumbers() {
        Recording answer = new Recording();
        submit(greedy(random(3000, 1), 1), answer);
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("3000")
                .hasMessageContaining("2048");
    }

    @Test
    void aListenerThatFails_costsItsOwnAnswerOnly() {
        Recording bad = new Recording();
        bad.onToken = () -> {
            throw new IllegalStateException("listener's own mistake");
        };
        submit(ignoringEnd(tokens("One two three"), 30), bad);
        assertThat(run(ignoringEnd(tokens(QUESTION), 20)).tokens).hasValue(20);
    }

    @Test
    void engineThreadThatStandsStill_isSeenByOthers_withTheRequestsThatWaitForIt() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Recording first = new Recording();
        first.onToken = () -> {
            stuck.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        submit(ignoringEnd(tokens("One two three"), 3), first);
        try {
            stuck.await();
            long steps = engine.status().steps();
            List<Recording> waiting = List.of(new Recording(), new Recording());
            waiting.forEach(answer -> submit(ignoringEnd(tokens(QUESTION), 2), answer));
            assertThat(engine.status().steps()).isEqualTo(steps);
            assertThat(engine.waiting() + engine.status().running()).isEqualTo(3);
            assertThat(engine.stack()).anyMatch(frame -> frame.getClassName().equals(StepResults.class.getName()));
            free.countDown();
            waiting.forEach(Recording::join);
            assertThat(engine.status().steps()).isGreaterThan(steps);
            assertThat(engine.status().lastStepNanos()).isPositive();
            engine.checkIntegrity().join();
        } finally {
            free.countDown();
        }
    }

    @Test
    void aStepUnderWay_isSeenWithWhatItShouldTake() {
        Recording answer = new Recording();
        submit(ignoringEnd(random(100, 5), 30), answer);
        StepStatus[] seen = {StepStatus.NONE};
        RealModel.await(() -> {
            long steps = engine.status().steps();
            StepStatus now = engine.step();
            if (steps > 0 && now.runningMs() > 0) {
                seen[0] = now;
            }
            return seen[0].runningMs() > 0 || answer.isOver();
        });
        StepStatus step = seen[0];
        answer.join();
        assertThat(step.expectedMs()).isBetween(1.0, 60_000.0);
        assertThat(step.lastMs()).isPositive();
        RealModel.await(() -> RealModel.isIdle(engine));
        assertThat(engine.step().runningMs()).isZero();
        assertThat(engine.step().expectedMs()).isZero();
        assertThat(engine.step().sinceMs()).isPositive();
    }

    @Test
    void penalties_changeARepeatingAnswer() {
        int[] prompt = tokens("a a a a a a a a a a a a");
        SamplingParameters penalised = SamplingParameters.GREEDY.withPenalties(new Penalties(1, 2, 2));
        String repeating = run(ignoringEnd(prompt, 12)).text();
        String varied = run(request(prompt.clone(), 12, penalised, SamplerState.start(0, 0)))
                .text();
        assertThat(varied).isNotEqualTo(repeating);
    }

    private int[] tokens(String text) {
        return vocab.tokenize(text, true, false);
    }

    /** Ordinary tokens; those below 1000 may be control tokens. */
    private static int[] random(int length, long seed) {
        return new Random(seed).ints(length, 1000, 40_000).toArray();
    }

    private static GenerationRequest greedy(int[] prompt, int count) {
        return new GenerationRequest(
                prompt,
                count,
                SamplingParameters.GREEDY,
                SamplerState.start(0, 0),
                List.of(),
                false,
                AnswerShape.free(OutputStart.PLAIN),
                null,
                Claims.NONE);
    }

    private static GenerationRequest ignoringEnd(int[] prompt, int count) {
        return RealModel.ignoringEnd(prompt, count, Claims.NONE);
    }

    private static GenerationRequest sampled(int[] prompt, int count, long seed) {
        return request(prompt, count, SamplingParameters.ofTemperature(1), SamplerState.start(seed, 0));
    }

    private static GenerationRequest request(int[] prompt, int count, SamplingParameters sampling, SamplerState state) {
        return new GenerationRequest(
                prompt,
                count,
                sampling,
                state,
                List.of(),
                true,
                AnswerShape.free(OutputStart.PLAIN),
                null,
                Claims.NONE);
    }

    private Engine.Handle submit(GenerationRequest request, Recording answer) {
        return java.util.Objects.requireNonNull(engine.submit(List.of(request), List.of(answer)), "inbox full");
    }

    private Recording run(GenerationRequest request) {
        return run(List.of(request)).getFirst();
    }

    private List<Recording> run(List<GenerationRequest> requests) {
        List<Recording> answers = requests.stream().map(r -> new Recording()).toList();
        assertThat(engine.submit(requests, answers)).isNotNull();
        answers.forEach(Recording::join);
        return answers;
    }
}
