package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {
    private static final String ALPHABET = "abc01 _-\"\\éx\n";

    @Test
    void randomPatterns_onRandomTexts_agreeWithJavaUtilRegex() {
        int matches = 0;
        int checked = 0;
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            String pattern = pattern(random, 3);
            CharDfa ours = PatternCompiler.search(pattern, new Budget());
            // $ of ECMA 262 is \z of Java; without the flag m nothing else differs in what is generated here.
            Pattern theirs = Pattern.compile(pattern.replace("$", "\\z"));
            for (int i = 0; i < 20; i++) {
                StringBuilder text = new StringBuilder();
                for (int k = random.nextInt(8); k > 0; k--) {
                    text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                }
                boolean expected = theirs.matcher(text).find();
                assertThat(ours.contains(text.toString()))
                        .as("seed %d: /%s/ on \"%s\"", seed, pattern, text)
                        .isEqualTo(expected);
                matches += expected ? 1 : 0;
                checked++;
            }
        }
        assertThat(matches).isBetween(checked / 20, checked * 19 / 20);
    }

    private static String pattern(Random random, int depth) {
        if (depth == 0) {
            String[] atoms = {"a", "b", "c", "[ab]", "[^a]", "\\d", "\\w", ".", "0", "é", "[a-c_]", "\\W", "\\D", "x"};
            return atoms[random.nextInt(atoms.length)];
        }
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> pattern(random, depth - 1) + pattern(random, depth - 1);
            case 3 -> "(?:" + pattern(random, depth - 1) + "|" + pattern(random, depth - 1) + ")";
            case 4 -> "(" + pattern(random, depth - 1) + ")" + "*+?".charAt(random.nextInt(3));
            case 5 ->
                "(?:" + pattern(random, depth - 1) + "){" + random.nextInt(2) + "," + (1 + random.nextInt(3)) + "}";
            case 6 -> "^" + pattern(random, depth - 1);
            case 7 -> pattern(random, depth - 1) + "$";
            default -> pattern(random, 0);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "^\\p{L}+$ | Straße中 | true",
                "^\\p{L}+$ | a1 | false",
                "^\\p{Lu}\\P{Lu}$ | Éé | true",
                "^\\p{Script=Han}$ | 漢 | true",
                "^\\p{sc=Greek}{2}$ | αβ | true",
                "^[\\uD83D\\uDE00]$ | 😀 | true",
                "^\\u{1F600}$ | 😀 | true",
                "^.$ | 😀 | true",
                "^\\x41\\u0042\\cJ?$ | AB | true",
                "^[\\w-]+@[\\w.-]+$ | a-b@c.d | true",
                "^a{2}$ | aaa | false",
                "^a{2,}$ | aaaa | true",
                "^{a}$ | {a} | true",
                "^[a-]$ | - | true",
                "^[^]$ | x | true",
                "(?<year>\\d{4}) | in 2026. | true",
                "^(a*)*b$ | aaaab | true",
                "^\\/\\-\\_$ | /-_ | true",
                "a.*?b | xaxxb | true",
            })
    void aPattern_onAText(String pattern, String text, boolean expected) {
        assertThat(PatternCompiler.search(pattern, new Budget()).contains(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a(?=b) | lookahead (?=",
                "a(?!b) | lookahead (?!",
                "(?<=a)b | lookbehind (?<=",
                "(?<!a)b | lookbehind (?<!",
                "(a)\\1 | back reference \\1",
                "(?<n>a)\\k<n> | back reference \\k",
                "\\bword | word boundary \\b",
                "(?i)a | flags (?i",
                "\\p{NoSuch} | \\p{NoSuch}",
            })
    void whatCannotBeEnforced_isRefusedByName(String pattern, String name) {
        assertThatThrownBy(() -> PatternCompiler.search(pattern, new Budget()))
                .isInstanceOfSatisfying(
                        GrammarException.class, e -> assertThat(e.code()).isEqualTo("pattern-unsupported"))
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a)", "(a", "[a", "*a", "a**", "a{2,1}", "\\", "[z-a]", "\\u12", "\\xg", "\\q", "a|*", "(?<n", "{1}"
            })
    void anInvalidPattern_isRefused(String pattern) {
        assertThatThrownBy(() -> PatternCompiler.search(pattern, new Budget()))
                .isInstanceOfSatisfying(
                        GrammarException.class, e -> assertThat(e.code()).isEqualTo("pattern-invalid"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^[a-z]{1,1000}{1,1000}$",
                "^([a-z]{1,1000}){1,1000}$",
                "(a{1,300}b{1,300}){1,300}",
                "^(.*a.{40})$",
                "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
                "(x+x+)+y(x+x+)+y(.{1,500}z){1,40}"
            })
    void aPatternThatGrowsTooLarge_isRefusedQuickly(String pattern) {
        assertThatThrownBy(() -> PatternCompiler.search(pattern, new Budget())).isInstanceOf(GrammarException.class);
    }

    @Test
    void lengths_ofAPattern_areCountedInCodePoints() {
        Budget budget = new Budget();
        CharDfa set = PatternCompiler.search("^(ab)*$|😀", budget).ofLength(3, 4, budget);
        assertThat(set.contains("abab")).isTrue();
        assertThat(set.contains("ab")).isFalse();
        assertThat(set.contains("x😀y")).isTrue();
        assertThat(set.contains("x😀yzz")).isFalse();
        assertThat(PatternCompiler.search("^(ab)*$", budget)
                        .ofLength(3, 3, budget)
                        .isEmpty())
                .isTrue();
    }
}
