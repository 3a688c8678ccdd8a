package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.scheduler.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants on two places of the real model: who makes room for whom, and that nobody's answer changes for it. */
@ParameterizedClass(name = "{0} pooled cells")
@ValueSource(ints = {0, 2048})
class TenantsTest {
    /** Its continuation is beyond doubt: with near ties, a batch's rounding may choose the other token. */
    private static final String LIST =
            "alpha beta gamma delta epsilon zeta eta theta iota kappa ".repeat(12) + "alpha beta";

    @Parameter
    private int cells;

    private static @Nullable LoadedModel model;
    private Engine engine;

    /** Loaded once for all tests of as many cells. */
    @BeforeEach
    void start() {
        if (model == null) {
            model = RealModel.load(RealModel.config(2, 1024, cells, 64));
        }
        engine = RealModel.engine(model);
    }

    @AfterParameterizedClassInvocation
    static void unload() {
        Objects.requireNonNull(model).close();
        model = null;
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void newTenant_takesAPlaceFromTheOneThatHoldsAll_whoseAnswerIsAsIfNothingHadHappened() {
        String undisturbed = submit("", "flood", 0, 120).join().text();
        List<Recording> flood = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            flood.add(submit("", "flood", 0, 120));
        }
        RealModel.await(
                () -> engine.status().running() == 2 && flood.get(1).tokens.get() > 5);
        AtomicInteger endedBefore = new AtomicInteger(-1);
        Recording quiet = submit("", "quiet", 0, 10);
        quiet.onToken = () -> endedBefore.compareAndSet(
                -1, (int) flood.stream().filter(Recording::isOver).count());
        quiet.join();
        flood.forEach(Recording::join);
        assertThat(endedBefore).as("answers of the flood that ended first").hasValue(0);
        assertThat(engine.status().preemptions()).isPositive();
        assertThat(flood).extracting(Recording::text).containsOnly(undisturbed);
        assertThat(flood)
                .extracting(answer -> answer.usage().completionTokens())
                .containsOnly(120);
        RealModel.await(() -> RealModel.isIdle(engine));
    }

    @Test
    void higherClass_startsBeforeWhatWaits() {
        List<Recording> batch = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            batch.add(submit("", "same", -1, 40));
        }
        RealModel.await(() -> engine.status().running() == 2);
        Recording urgent = submit("", "same", 1, 5).join();
        assertThat(urgent.tokens).hasValue(5);
        assertThat(batch).filteredOn(Recording::isOver).hasSizeLessThanOrEqualTo(2);
        batch.forEach(Recording::join);
    }

    @Test
    void anotherScope_findsNothingOfWhatOthersComputed() {
        submit("a", "a", 0, 2).join();
        assertThat(submit("a", "a", 0, 2).join().usage().cachedTokens()).isGreaterThan(50);
        assertThat(submit("b", "b", 0, 2).join().usage().cachedTokens()).isZero();
        assertThat(submit("", "c", 0, 2).join().usage().cachedTokens()).isZero();
    }

    private Recording submit(String scope, String tenant, int priority, int count) {
        Recording answer = new Recording();
        Objects.requireNonNull(engine.submit(
                List.of(RealModel.ignoringEnd(
                        Objects.requireNonNull(model).vocab().tokenize(LIST, true, false),
                        count,
                        new Claims(new Claim(tenant, priority, 1), scope))),
                List.of(answer)));
        return answer;
    }
}
