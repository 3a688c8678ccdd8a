package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.llama.KvType;
import dev.unbusy.scheduler.Speculation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every architecture that is promised to work: whatever the engine does with a sequence's cells, its answers are those of a
 * plain loop over the binding.
 *
 * <p>V2-Lite has 27 layers, which takes half the time of all: it is spared where V3 shows the same.
 */
class ArchitecturesTest {
    private static final int COUNT = 24;
    private static final int POOL = 4096;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void sequencesComputedTogether_inSteps_answerAsIfAlone(TinyModel tiny) throws IOException {
        for (int cells : layouts(tiny)) {
            try (TinyEngine engine = engine(tiny, 3, cells, Speculation.OFF)) {
                int[] shared = TinyEngine.prompt(150, 1);
                List<int[]> prompts = new ArrayList<>();
                for (int length : new int[] {1, 40, 64, 129, 300}) {
                    prompts.add(TinyEngine.prompt(length, length));
                }
                prompts.add(TinyEngine.joined(shared, TinyEngine.prompt(20, 2)));
                prompts.add(TinyEngine.joined(shared, TinyEngine.prompt(90, 3)));
                engine.check(prompts, COUNT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEEPSEEK2_LITE")
    void laterPrompts_shareWhatIsCached_andAnswerAsIfAlone(TinyModel tiny) throws IOException {
        for (int cells : layouts(tiny)) {
            try (TinyEngine engine = engine(tiny, 2, cells, Speculation.OFF)) {
                int[] prompt = TinyEngine.prompt(300, 4);
                Recording first = engine.check(List.of(prompt), COUNT).getFirst();
                int[] answer = TinyEngine.tokens(first).stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
                // A conversation that goes on, one that is cut a little earlier, and one that is cut a lot earlier.
                int[] further = TinyEngine.joined(TinyEngine.joined(prompt, answer), TinyEngine.prompt(30, 5));
                int[] cut = TinyEngine.joined(Arrays.copyOf(prompt, 290), TinyEngine.prompt(10, 6));
                int[] earlier = TinyEngine.joined(Arrays.copyOf(prompt, 70), TinyEngine.prompt(50, 7));
                for (int[] next : List.of(further, cut, earlier, prompt)) {
                    // Others write into cells that became free in the meantime.
                    engine.check(List.of(TinyEngine.prompt(100, next.length), TinyEngine.prompt(200, 9)), 8);
                    int cached = engine.check(List.of(next), COUNT)
                            .getFirst()
                            .usage()
                            .cachedTokens();
                    if (tiny.reuses()) {
                        assertThat(cached).as("%s, %d cells", tiny, cells).isGreaterThanOrEqualTo(70);
                    } else {
                        assertThat(cached).isZero();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEEPSEEK2_LITE")
    void whatWasParkedOutsideTheCache_isTheSameWhenItComesBack(TinyModel tiny) throws IOException {
        try (TinyEngine engine = engine(tiny, 2, 0, Speculation.OFF)) {
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                prompts.add(TinyEngine.prompt(100 + 10 * i, 10 + i));
            }
            engine.check(prompts, COUNT);
            List<Recording> again = engine.check(prompts, COUNT);
            if (tiny.reuses()) {
                assertThat(again)
                        .allSatisfy(answer ->
                                assertThat(answer.usage().cachedTokens()).isGreaterThan(90));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DEEPSEEK4", "DEEPSEEK2_LITE"})
    void sequencesPreemptedForLackOfCells_goOnAsIfNothingHadHappened(TinyModel tiny) throws IOException {
        try (TinyEngine engine = engine(tiny, 4, TinyModel.CONTEXT, Speculation.OFF)) {
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                prompts.add(TinyEngine.prompt(20 + i, 20 + i));
            }
            // Answers get short, so it seems, and all of them start.
            engine.check(prompts, 2);
            engine.check(prompts, 2);
            engine.check(prompts, 250);
            assertThat(engine.engine.status().preemptions()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersTakenBackInMidStep_leaveTheNextOnesRight(TinyModel tiny) throws IOException {
        try (TinyEngine engine = engine(tiny, 2, 0, Speculation.OFF)) {
            for (int i = 0; i < 8; i++) {
                engine.begin(TinyEngine.prompt(700, 40 + i)).cancel(CancelReason.CLIENT_GONE);
                engine.check(List.of(TinyEngine.prompt(90 + i, 60 + i)), 4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEEPSEEK2_LITE")
    void guesses_changeNoAnswer(TinyModel tiny) throws IOException {
        for (int cells : layouts(tiny)) {
            try (TinyEngine engine = engine(tiny, 3, cells, Speculation.ALWAYS)) {
                int[] prompt = TinyEngine.prompt(60, 30);
                int[] twice = TinyEngine.joined(prompt, prompt);
                engine.check(List.of(TinyEngine.joined(twice, prompt), twice, TinyEngine.prompt(80, 31)), 60);
                assertThat(engine.guesses(true) > 0).isEqualTo(tiny.cuts());
                assertThat(engine.guesses(false) > engine.guesses(true)).isEqualTo(tiny.cuts());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEEPSEEK2_LITE")
    void theUsualCacheType_givesTheSameAnswers(TinyModel tiny) throws IOException {
        for (int cells : layouts(tiny)) {
            WorkerConfig config = TinyEngine.config(3, cells, Speculation.AUTO, KvType.F16);
            try (TinyEngine engine = new TinyEngine(tiny, directory, config)) {
                int[] shared = TinyEngine.prompt(150, 1);
                int[] longer = TinyEngine.joined(shared, TinyEngine.prompt(90, 3));
                engine.check(List.of(shared, longer, TinyEngine.prompt(40, 2)), COUNT);
                engine.check(List.of(shared, longer), COUNT);
            }
        }
    }

    /** Compressed caches are never shared. */
    private static int[] layouts(TinyModel tiny) {
        return tiny == TinyModel.DEEPSEEK4 ? new int[] {0} : new int[] {0, POOL};
    }

    private TinyEngine engine(TinyModel tiny, int sequences, int cells, Speculation speculation) throws IOException {
        return new TinyEngine(tiny, directory, TinyEngine.config(sequences, cells, speculation, KvType.Q8_0));
    }
}
