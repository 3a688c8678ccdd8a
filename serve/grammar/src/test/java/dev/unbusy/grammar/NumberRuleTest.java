package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberRuleTest {
    @Test
    void randomBounds_onRandomNumbers_agreeWithArithmetic() {
        int inside = 0;
        int checked = 0;
        for (int seed = 0; seed < 1500; seed++) {
            Random random = new Random(seed);
            boolean whole = random.nextBoolean();
            NumberRange range = new NumberRange(whole, null, null, null);
            BigDecimal low = decimal(random);
            BigDecimal high = low.add(decimal(random).abs());
            if (random.nextInt(4) > 0) {
                range = range.atLeast(new NumberRange.Bound(low, random.nextBoolean()));
            }
            if (random.nextInt(4) > 0) {
                range = range.atMost(new NumberRange.Bound(high, random.nextBoolean()));
            }
            if (random.nextInt(3) == 0) {
                range = range.multipleOf(BigDecimal.valueOf(1 + random.nextInt(60), random.nextInt(3)));
            }
            Grammar grammar;
            try {
                Budget budget = new Budget();
                grammar = Grammar.compiled(
                        NumberRule.of(range, new JsonRules(Whitespace.COMPACT, budget), budget), budget);
            } catch (GrammarException e) {
                assertThat(e.code()).isEqualTo("schema-unsatisfiable");
                continue;
            }
            for (int i = 0; i < 60; i++) {
                BigDecimal number = switch (random.nextInt(4)) {
                    case 0 -> low;
                    case 1 -> high;
                    case 2 -> low.add(BigDecimal.valueOf(random.nextInt(5) - 2L, random.nextInt(3)));
                    default -> decimal(random);
                };
                if (range.step() != null && random.nextBoolean()) {
                    number = number.divideToIntegralValue(range.step()).multiply(range.step());
                }
                number = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
                String text = number.toPlainString();
                boolean expected = range.contains(number);
                assertThat(grammar.matches(text))
                        .as("seed %d: %s in %s", seed, text, range)
                        .isEqualTo(expected);
                inside += expected ? 1 : 0;
                checked++;
            }
        }
        assertThat(inside).isBetween(checked / 10, checked * 9 / 10);
    }

    private static BigDecimal decimal(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> BigDecimal.valueOf(random.nextInt(21) - 10L);
            case 1 -> BigDecimal.valueOf(random.nextInt(2001) - 1000L, random.nextInt(4));
            case 2 -> BigDecimal.valueOf(random.nextLong() >> random.nextInt(60), random.nextInt(6));
            default -> BigDecimal.valueOf(random.nextInt(3) - 1L);
        };
    }

    @Test
    void aWholeNumberWithoutBounds_has64Bits() {
        Budget budget = new Budget();
        Grammar grammar = Grammar.compiled(
                NumberRule.of(NumberRange.ANY.asWhole(), new JsonRules(Whitespace.COMPACT, budget), budget), budget);
        assertThat(grammar.matches("9223372036854775807")).isTrue();
        assertThat(grammar.matches("9223372036854775808")).isFalse();
        assertThat(grammar.matches("-9223372036854775808")).isTrue();
        assertThat(grammar.matches("-9223372036854775809")).isFalse();
        assertThat(grammar.matches("-0")).isFalse();
        assertThat(grammar.matches("01")).isFalse();
        assertThat(grammar.matches("1.0")).isFalse();
    }
}
