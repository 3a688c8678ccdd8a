package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.api.ApiException;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private final long one = Grammar.anyJsonObject().bytes();

    @Test
    void moreAnswersThanTheBound_areNotTaken_untilOthersHaveLeft() {
        Intake intake = new Intake(3, Long.MAX_VALUE);
        GenerationRequest free = request(null);
        assertThat(intake.take(List.of(free, free))).isTrue();
        assertThat(intake.take(List.of(free, free))).isFalse();
        assertThat(intake.answers()).isEqualTo(2);
        intake.left(free);
        assertThat(intake.take(List.of(free, free))).isTrue();
    }

    @Test
    void textsCountAsAnswersDo_andHandTheirPlacesOn() {
        Intake intake = new Intake(3, Long.MAX_VALUE);
        assertThat(intake.take(List.of(request(null)))).isTrue();
        assertThat(intake.take(3)).isFalse();
        assertThat(intake.take(2)).isTrue();
        intake.passOn();
        intake.left();
        assertThat(intake.answers()).isEqualTo(3);
        assertThat(intake.take(1)).isFalse();
        intake.left();
        assertThat(intake.take(1)).isTrue();
    }

    @Test
    void moreGrammarsThanTheBound_areRefusedAsTooMuch_sharedOnesAreNot() {
        Intake intake = new Intake(100, 2 * one);
        GenerationRequest first = request(Grammar.anyJsonObject());
        GenerationRequest second = request(Grammar.anyJsonObject());
        GenerationRequest third = request(Grammar.anyJsonObject());
        assertThat(intake.take(List.of(first, second))).isTrue();
        assertThat(intake.take(List.of(first, second, request(null)))).isTrue();
        assertThatThrownBy(() -> intake.take(List.of(first, third)))
                .isInstanceOfSatisfying(ApiException.class, refused -> {
                    assertThat(refused.error().status()).isEqualTo(429);
                    assertThat(refused.error().message()).contains("schemas", "MB", "Try again shortly");
                });
        assertThat(intake.answers()).isEqualTo(5);
        intake.left(second);
        assertThatThrownBy(() -> intake.take(List.of(third))).isInstanceOf(ApiException.class);
        intake.left(second);
        assertThat(intake.take(List.of(third))).isTrue();
    }

    @Test
    void aGrammarLargerThanTheBound_isTakenWhereItIsTheOnlyOne() {
        Intake intake = new Intake(100, one / 2);
        GenerationRequest large = request(Grammar.anyJsonObject());
        assertThat(intake.take(List.of(large, large))).isTrue();
        assertThatThrownBy(() -> intake.take(List.of(request(Grammar.anyJsonObject()))))
                .isInstanceOf(ApiException.class);
    }

    /** Whatever comes and goes, the account is that of the distinct grammars inside, and never beyond the bound. */
    @Property(tries = 200)
    void account_isThatOfWhatIsInside(@ForAll long seed) {
        Random random = new Random(seed);
        Intake intake = new Intake(20, 3 * one);
        List<GenerationRequest> known = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            known.add(request(i == 0 ? null : Grammar.anyJsonObject()));
        }
        List<GenerationRequest> inside = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            if (random.nextInt(3) > 0) {
                List<GenerationRequest> coming = new ArrayList<>();
                for (int j = 0; j <= random.nextInt(4); j++) {
                    coming.add(known.get(random.nextInt(known.size())));
                }
                try {
                    inside.addAll(intake.take(coming) ? coming : List.of());
                } catch (ApiException e) {
                    coming.addAll(inside);
                    assertThat(grammars(coming)).hasSizeGreaterThan(3);
                }
            } else if (!inside.isEmpty()) {
                intake.left(inside.remove(random.nextInt(inside.size())));
            }
            assertThat(intake.answers()).isEqualTo(inside.size()).isLessThanOrEqualTo(20);
            assertThat(intake.grammarBytes())
                    .isEqualTo(one * grammars(inside).size())
                    .isLessThanOrEqualTo(3 * one);
        }
    }

    private static Set<Grammar> grammars(List<GenerationRequest> requests) {
        Set<Grammar> grammars = new HashSet<>();
        for (GenerationRequest request : requests) {
            Grammar grammar = request.shape().grammar();
            if (grammar != null) {
                grammars.add(grammar);
            }
        }
        return grammars;
    }

    private static GenerationRequest request(@Nullable Grammar grammar) {
        return new GenerationRequest(
                new int[] {1},
                1,
                SamplingParameters.GREEDY,
                SamplerState.start(0, 0),
                List.of(),
                false,
                new AnswerShape(OutputStart.PLAIN, null, List.of(), Set.of(), grammar),
                null,
                Claims.NONE);
    }
}
