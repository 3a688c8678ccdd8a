package dev.unbusy.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The mask found by walking the trie, with all that is remembered, against asking for each token alone. */
class MaskTest {
    private static final List<Whitespace> WHITESPACES =
            List.of(Whitespace.COMPACT, Whitespace.SPACED, Whitespace.INDENTED);

    @Test
    @Timeout(600)
    void theMask_atRandomPlaces_isWhatEachTokenAloneSays() {
        TokenTable table = Tokens.words(3000, 7);
        // So little is remembered that forgetting is tested too.
        TokenMasks masks = new TokenMasks(table, 20_000);
        long[] mask = new long[table.maskLength()];
        int compared = 0;
        for (int i = 0; i < 120; i++) {
            Random random = new Random(500 + i);
            ObjectNode schema = new RandomSchemas(random).next();
            Grammar grammar;
            try {
                grammar = Grammar.ofJsonSchema(schema, WHITESPACES.get(i % 3));
            } catch (GrammarException e) {
                continue;
            }
            Matcher matcher = masks.matcher(grammar);
            Machine machine = new Machine(grammar.automata());
            Configuration place = machine.start();
            for (int step = 0; step < 40; step++) {
                matcher.allowed(mask);
                IntList allowed = new IntList();
                for (int token = 1; token < table.size(); token++) {
                    boolean alone = !machine.step(place, table.bytes(), table.start(token), table.end(token))
                            .isDead();
                    if (Tokens.has(mask, token) != alone) {
                        throw new AssertionError("seed " + (500 + i) + " step " + step + " token " + token + " alone "
                                + alone + " in " + schema);
                    }
                    if (alone) {
                        allowed.add(token);
                    }
                }
                compared++;
                if (allowed.size() == 0) {
                    break;
                }
                int token = allowed.get(random.nextInt(allowed.size()));
                assertThat(matcher.accept(token)).isTrue();
                place = machine.step(place, table.bytes(), table.start(token), table.end(token));
            }
        }
        assertThat(compared).isGreaterThan(1500);
        assertThat(masks.rememberedBytes()).isLessThan(60_000);
    }

    @Test
    void aMask_withRunsAndAmbiguity_takesNoExponentialTime() {
        GrammarBuilder b = new GrammarBuilder(Whitespace.COMPACT);
        Rule x = b.rule("x");
        x.define(b.seq(b.literal("a"), b.optional(x)));
        Rule y = b.rule("y");
        y.define(b.seq(b.literal("a"), b.optional(y)));
        Grammar grammar = b.build(b.repeat(b.choice(List.of(x, y)), 0, -1));
        TokenTable table = Tokens.of("a", "a".repeat(31), "a".repeat(200), "b", "a".repeat(60) + "b");
        Matcher matcher = new TokenMasks(table).matcher(grammar);
        long[] mask = new long[table.maskLength()];
        for (int i = 0; i < 50; i++) {
            assertThat(matcher.allowed(mask)).isEqualTo(Matcher.Next.TOKENS);
            assertThat(mask[0]).isEqualTo(0b001111);
            assertThat(matcher.accept(3)).isTrue();
        }
        assertThat(matcher.canEnd()).isTrue();
    }
}
