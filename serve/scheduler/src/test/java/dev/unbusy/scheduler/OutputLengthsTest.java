package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OutputLengthsTest {
    private final OutputLengths all = new OutputLengths(256);

    @Test
    void beforeAnyAnswerHasEnded_theFirstGuessSpeaks() {
        assertThat(all.remaining(0, 0.8)).isEqualTo(256);
        assertThat(all.remaining(250, 0.8)).isEqualTo(6);
        assertThat(all.remaining(900, 0.8)).isEqualTo(1);
    }

    @Test
    void oneTenantsAnswers_speakForItselfOnceThereAreAFew() {
        OutputLengths brief = all.narrowed();
        for (int i = 0; i < 100; i++) {
            all.record(1000);
        }
        assertThat(brief.remaining(0, 0.8)).isGreaterThanOrEqualTo(1000);
        for (int i = 0; i < 10; i++) {
            brief.record(10);
        }
        assertThat(brief.remaining(0, 0.8)).isBetween(10, 12);
    }

    @Test
    void prediction_isThatOfAnswersAtLeastAsLongAsThisOneIsAlready() {
        for (int i = 0; i < 900; i++) {
            all.record(i % 10 == 0 ? 2000 : 50);
        }
        assertThat(all.remaining(0, 0.8)).isBetween(50, 60);
        assertThat(all.remaining(100, 0.8)).isBetween(1900, 2300);
        assertThat(all.remaining(5000, 0.8)).isEqualTo(2500);
    }

    @Test
    void prediction_followsAChangeOfHabits() {
        for (int i = 0; i < 1000; i++) {
            all.record(30);
        }
        for (int i = 0; i < 600; i++) {
            all.record(700);
        }
        assertThat(all.remaining(0, 0.5)).isBetween(700, 850);
    }

    /** Never short of the exact quantile, and at most a bucket beyond. */
    @Property(tries = 200)
    void prediction_isTheQuantileRoundedUpByAtMostAFifth(@ForAll long seed) {
        Random random = new Random(seed);
        OutputLengths lengths = new OutputLengths(256);
        int[] recorded = new int[8 + random.nextInt(60)];
        for (int i = 0; i < recorded.length; i++) {
            recorded[i] = (int) Math.exp(9 * random.nextDouble());
            lengths.record(recorded[i]);
        }
        Arrays.sort(recorded);
        assertThat(lengths.remaining(0, 1))
                .isBetween(recorded[recorded.length - 1], recorded[recorded.length - 1] * 5 / 4 + 1);
        // Fading shifts weights by a third at most among so few.
        int low = recorded[recorded.length * 3 / 10];
        int high = recorded[recorded.length * 7 / 10];
        assertThat(lengths.remaining(0, 0.5)).isBetween(low, high * 5 / 4 + 1);
    }
}
