package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Random schedules against a cache that follows the operations, checked after each step. */
class SchedulerPropertiesTest {

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void randomSchedules_withRoomForAll_findEverythingThatIsCached(@ForAll long seed) {
        Random random = new Random(seed);
        Simulation simulation = new Simulation(Simulation.options(4, 5000, 200, 60, 40));
        simulation.evicts = false;
        run(simulation, random, new HashMap<>());
        simulation.drain(5_000);
        assertThat(simulation.hitsCompared).isPositive();
    }

    /** Integrity, decode never starved and exact cells are checked inside {@link Simulation}. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void randomSchedules_finishEveryRequestWithTheTokensItHasAlone(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int running,
            @ForAll @IntRange(min = 0, max = 8) int spareSlots,
            @ForAll @IntRange(min = 60, max = 700) int cells,
            @ForAll boolean repeating) {
        Random random = new Random(seed);
        int batch = 8 + random.nextInt(60);
        int drafts = repeating ? random.nextInt(9) : 0;
        Simulation simulation =
                new Simulation(Simulation.options(running, cells, running + spareSlots, 60, batch, drafts));
        finishesEverything(simulation, random, repeating);
        assertThat(simulation.scheduler.cellsAvailable()).isEqualTo(cells);
    }

    /** Parking and taking back, copies between slots, and going on in a slot are checked by {@link FakeKv}. */
    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void randomSchedules_withCellsOfTheirOwn_finishEveryRequestWithTheTokensItHasAlone(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int running,
            @ForAll @IntRange(min = 0, max = 3) int spareSlots,
            @ForAll @IntRange(min = 0, max = 300) int parked,
            @ForAll boolean repeating) {
        Random random = new Random(seed);
        int batch = 8 + random.nextInt(60);
        int drafts = repeating ? random.nextInt(9) : 0;
        Simulation simulation =
                new Simulation(Simulation.split(running, running + spareSlots, parked, 60, batch, drafts));
        finishesEverything(simulation, random, repeating);
    }

    private static void finishesEverything(Simulation simulation, Random random, boolean repeating) {
        if (repeating) {
            simulation.model = Simulation::repeating;
        }
        Map<Sequence, int[]> prompts = new HashMap<>();
        run(simulation, random, prompts);
        simulation.drain(5_000);
        assertThat(simulation.live).isEmpty();
        for (Sequence sequence : simulation.finished) {
            assertThat(sequence.preemptions())
                    .isLessThanOrEqualTo(Preemption.MOST + forced(simulation.options.maxRunning()));
            assertThat(simulation.outputs.get(sequence))
                    .isEqualTo(simulation.expected(prompts.getOrDefault(sequence, new int[0]), sequence.maxOutput()));
        }
        assertThat(simulation.scheduler.running() + simulation.scheduler.waiting())
                .isZero();
        simulation.scheduler.dropCache();
        simulation.plan();
        assertThat(simulation.kv.used()).isZero();
        assertThat(simulation.kv.parkedTokens()).isZero();
        assertThat(simulation.scheduler.cellsFree()).isEqualTo(simulation.scheduler.cellsTotal());
    }

    /**
     * Any machine on which a token of an answer costs no less than one of a prompt, noise included: what neighbours are to blame for
     * stays within the bound, but for the odd outlier.
     */
    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void stallBound_holdsOnceCostsAreKnown(
            @ForAll long seed,
            @ForAll @IntRange(min = 5, max = 4000) int promptMicros,
            @ForAll @IntRange(min = 0, max = 40_000) int fixedMicros,
            @ForAll @IntRange(min = 0, max = 5000) int dearerMicros,
            @ForAll @IntRange(min = 0, max = 3000) int cellNanos,
            @ForAll boolean tiled) {
        holdsTheBound(seed, promptMicros, fixedMicros, promptMicros + dearerMicros, cellNanos, tiled);
    }

    /** Of some 10,000 such machines. */
    @Test
    void stallBound_holdsOnMachinesThatBrokeItOnce() {
        // Attention was taken for free, and stayed so: steps of 64 tokens apart, each taken for an outlier.
        holdsTheBound(5083275191952128630L, 85, 19_395, 230, 3000, false);
        holdsTheBound(1343, 20, 27_529, 86, 3000, false);
        holdsTheBound(1832, 98, 19_363, 42, 3000, false);
        holdsTheBound(7793492948095840676L, 930, 2652, 282, 2295, false);
        holdsTheBound(-7992088844639061151L, 581, 29, 3049, 1712, false);
        holdsTheBound(1838589965192026476L, 942, 541, 3478, 2116, false);
        // Two that decode were taken for slower than they are, which was an excuse for prompts.
        holdsTheBound(1131, 3353, 13_059, 1446, 2807, true);
        // 64 tokens fitted, and the prompt had 61 left: below a tile, four times as dear.
        holdsTheBound(4682881455384959058L, 5, 1, 3175, 2972, true);
    }

    private static void holdsTheBound(
            long seed, int promptMicros, int fixedMicros, int decodeMicros, int cellNanos, boolean tiled) {
        Random random = new Random(seed);
        SchedulerOptions options = new SchedulerOptions(
                8, KvLayout.SHARED, 20_000, 32, 0, 4000, 512, 100_000_000, 8, 8, 0, Speculation.AUTO, true);
        Simulation simulation = new Simulation(options);
        double cell = cellNanos / 1e6;
        simulation.machine = new Machine(
                "random", fixedMicros / 1e3, promptMicros / 1e3, decodeMicros / 1e3, cell, cell / 4, tiled ? 64 : 0);
        simulation.noisy = true;
        Sequence decoding = simulation.submit(tokens(random, 64), 300);
        for (int i = 0; i < 3; i++) {
            simulation.submit(tokens(random, 700), 5);
        }
        while (decoding.generated() < 60) {
            simulation.step();
        }
        StallMeter stalls = new StallMeter(Long.MAX_VALUE / 4);
        for (int i = 0; i < 4; i++) {
            simulation.submit(tokens(random, 300 + random.nextInt(2500)), 1 + random.nextInt(10));
        }
        while (decoding.state() != Sequence.State.FINISHED) {
            long before = simulation.lastToken.getOrDefault(decoding, 0L);
            simulation.step();
            if (simulation.lastToken.getOrDefault(decoding, before) != before) {
                // Alone it would have taken at least this.
                stalls.record(simulation.clock, simulation.clock - before - (long) (1e6 * simulation.machine.fixed()));
            }
        }
        assertThat(stalls.quantileNanos(simulation.clock, 0.9))
                .as("p90, seed %d", seed)
                .isLessThanOrEqualTo(105_000_000L);
        assertThat(stalls.worstNanos(simulation.clock))
                .as("worst, seed %d", seed)
                .isLessThanOrEqualTo(400_000_000L); // Outliers, or the first step into costs never seen.
    }

    /** Only where everybody else has had as many is anybody preempted more often; here, where steps fail at random too. */
    private static int forced(int running) {
        return running > 1 ? 12 : 0;
    }

    /** Submits, cancels, computes and breaks off at random. */
    private static void run(Simulation simulation, Random random, Map<Sequence, int[]> prompts) {
        int[] shared = tokens(random, 40);
        for (int action = 0; action < 120; action++) {
            int dice = random.nextInt(10);
            if (dice < 4) {
                int[] prompt = prompt(random, shared);
                Sequence sequence = new Sequence(
                        prompt.clone(),
                        1 + random.nextInt(20),
                        new Claim(
                                "tenant " + random.nextInt(3),
                                random.nextInt(8) == 0 ? 1 : 0,
                                random.nextInt(4) == 0 ? 0.5 : 1),
                        random.nextInt(6) == 0 ? "t" : "");
                if (random.nextInt(4) > 0) {
                    sequence.speculate(random.nextInt(4) > 0 ? new PromptLookupDrafter() : new WrongDrafter());
                }
                simulation.submit(sequence);
                prompts.put(sequence, prompt);
            } else if (dice < 5 && !simulation.live.isEmpty()) {
                simulation.cancel(simulation.live.get(random.nextInt(simulation.live.size())));
            } else if (dice < 6) {
                interrupt(simulation, random);
            } else {
                simulation.step();
            }
        }
    }

    private static void interrupt(Simulation simulation, Random random) {
        StepPlan<Sequence> plan = simulation.plan();
        if (plan.runs() == 0) {
            return;
        }
        if (random.nextBoolean()) {
            assertThat(simulation.scheduler.failed() || simulation.scheduler.running() == 1)
                    .isTrue();
        } else {
            simulation.compute(plan, random.nextInt(plan.tokens() + 1));
            simulation.scheduler.aborted(sequence -> simulation.kv.length(sequence.slot()) - 1);
        }
        simulation.scheduler.checkIntegrity();
    }

    private static int[] prompt(Random random, int[] shared) {
        int common = random.nextInt(3) == 0 ? 0 : random.nextInt(shared.length);
        int length = Math.max(1, common + random.nextInt(20));
        int[] prompt = Arrays.copyOf(shared, length);
        for (int i = common; i < length; i++) {
            prompt[i] = random.nextInt(3);
        }
        return prompt;
    }

    static int[] tokens(Random random, int length) {
        return random.ints(length, 0, Simulation.VOCABULARY).toArray();
    }
}
