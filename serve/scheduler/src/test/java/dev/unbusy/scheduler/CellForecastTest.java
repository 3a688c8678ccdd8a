package dev.unbusy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CellForecastTest {
    /** Against running it: a token for everybody who has not ended, step by step. */
    @Property(tries = 300)
    void peak_isTheMostThatIsHeldAtAnyTime(@ForAll long seed) {
        Random random = new Random(seed);
        int count = 1 + random.nextInt(30);
        int[] prompts = random.ints(count, 0, 50).toArray();
        int[] outputs = random.ints(count, 1, 80).toArray();
        int[] returns = random.ints(count, 0, 60).toArray();
        CellForecast forecast = new CellForecast().clear();
        long sum = 0;
        for (int i = 0; i < count; i++) {
            forecast.add(prompts[i], outputs[i], returns[i]);
            sum += prompts[i] + outputs[i];
        }
        long peak = 0;
        for (int step = 1; step <= 80; step++) {
            long held = 0;
            for (int i = 0; i < count; i++) {
                held += step <= outputs[i] ? prompts[i] + step : -returns[i];
            }
            peak = Math.max(peak, held);
        }
        assertThat(forecast.peak()).isEqualTo(peak).isLessThanOrEqualTo(sum);
        assertThat(forecast.sum()).isEqualTo(sum);
    }
}
