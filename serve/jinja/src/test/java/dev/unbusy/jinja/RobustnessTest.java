package dev.unbusy.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.jinja.JinjaException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates are foreign bytes: whatever they hold, only {@link JinjaException} comes out, soon, in bounded memory. */
class RobustnessTest {
    private static final long SEED = Long.getLong("unbusy.test.seed", 11);
    private static final int COUNT = 20_000;
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Much smaller than the defaults, so that many templates reach them. */
    private static final Limits SMALL = new Limits(1 << 14, 1 << 14, 1 << 18, 16, 40);

    private static final List<String> SAMPLES = List.of(
            "{%- for message in messages %}{{ '<|' + message['role'] + '|>' }}{{ message.content | trim }}{% endfor %}",
            "{% set ns = namespace(a=1, b=[]) %}{% for x in range(9) if x is odd %}{% set ns.a = ns.a * 3 %}{% endfor %}",
            "{% macro m(a, b=2) %}{{ a ~ b }}{% if a %}{{ m(a[1:]) }}{% endif %}{% endmacro %}{{ m('abc') }}",
            "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list | tojson(indent=2) }}",
            "{% raw %}{{ x }}{% endraw %}{# c #}{%+ if true -%} {{- 1.5e3 // 2 % 7 ** 2 -}} {%- endif +%}",
            "{% filter upper %}{% set x %}{{ 'é😀' * 3 }}{% endset %}{{ x[::-1].split('é', 1) }}{% endfilter %}",
            "{{ '%5.2f|%-8s' % (1.5, 'x') }}{{ '{:>8.3f} {a[b]!r}'.format(1.0, a={'b': 2}) }}",
            "{% for x in [1, [2, [3]]] recursive %}{{ loop.index }}{% if x is iterable %}{{ loop(x) }}{% endif %}{% endfor %}",
            "{% macro m() %}{{ caller(1) }}{% endmacro %}{% with a = xs %}{% call(x) m() %}{{ x }}{% endcall %}{% endwith %}",
            "{{ messages | sort(attribute='role,content') | groupby('role') | batch(2) | first | tojson | indent(3) | e }}");

    private static final List<Map<String, Object>> MESSAGES = List.of(
            Map.of("role", "user", "content", " Hello {{ 7*7 }} "),
            Map.of("role", "assistant", "content", "é😀</think>"));

    @Test
    void render_ofMutatedTemplates_failsOnlyWithJinjaException() {
        Random random = new Random(SEED);
        Map<String, Object> variables = Map.of("messages", MESSAGES, "xs", List.of(3, 1, "b"));
        int rendered = 0;
        for (int i = 0; i < COUNT; i++) {
            String source = mutate(SAMPLES.get(random.nextInt(SAMPLES.size())), random);
            try {
                String text = Template.parse(source, SMALL).render(variables);
                assertThat(text.length()).isLessThanOrEqualTo(SMALL.outputChars());
                rendered++;
            } catch (JinjaException e) {
                assertThat(e.line()).isPositive();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", template " + i + ": " + source, e);
            }
        }
        // Both kinds must be there, else the mutations test nothing.
        assertThat(rendered).as("seed " + SEED).isBetween(COUNT / 20, COUNT * 19 / 20);
    }

    private static String mutate(String sample, Random random) {
        byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
        List<Byte> out = new ArrayList<>();
        for (byte b : bytes) {
            out.add(b);
        }
        for (int edits = 1 + random.nextInt(2); edits > 0; edits--) {
            int at = random.nextInt(out.size());
            int length = Math.min(1 + random.nextInt(8), out.size() - at);
            switch (random.nextInt(4)) {
                case 0 -> out.set(at, (byte) random.nextInt(256));
                case 1 -> out.subList(at, at + length).clear();
                case 2 -> out.addAll(random.nextInt(out.size()), List.copyOf(out.subList(at, at + length)));
                default -> out.add(at, (byte) "{}%#|.()[]'\"-+~*_0".charAt(random.nextInt(18)));
            }
            if (out.isEmpty()) {
                out.add((byte) 'x');
            }
        }
        byte[] mutated = new byte[out.size()];
        for (int i = 0; i < mutated.length; i++) {
            mutated[i] = out.get(i);
        }
        return new String(mutated, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x={}) %}{% for i in range(99) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}",
                "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}",
                "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
                "{{ 9 ** (9 ** 9) }}",
                "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
                "{{ 'x' * 10 ** 10 }}",
                "{{ [1] * 10 ** 10 }}",
                "{{ 'x'.ljust(10 ** 10) }}",
                "{{ 'x' | center(10 ** 10) }}",
                "{{ 'x'.zfill(10 ** 10) }}",
                "{{ '\\t'.expandtabs(10 ** 10) }}",
                "{{ '%9999999999d' % 1 }}",
                "{{ '%*d' % (10 ** 10, 1) }}",
                "{{ '%.9999999999f' % 1 }}",
                "{{ '{:9999999999}'.format(1) }}",
                "{{ '{:.9999999999f}'.format(1.5) }}",
                "{{ 'x\ny' | indent(10 ** 10) }}",
                "{{ [1] | tojson(indent=10 ** 10) }}",
                "{{ [[[[1]]]] | tojson(indent='x' * 10000000) }}",
                "{{ ('a' * 10000000).replace('a', 'b' * 10000000) }}",
                "{{ ('a' * 10000000) | replace('', 'b' * 10000000) }}",
                "{{ ('b' * 10000000).join('a' * 10000000) }}",
                "{{ ('a' * 20000000).find('a' * 10000000 + 'b') }}",
                "{{ ('a' * 10000000 + 'b') in ('a' * 20000000) }}",
                "{{ ('a' * 20000000).strip('b' * 10000000) }}",
                "{{ [1] | slice(10 ** 10) | list }}",
                "{{ [1] | batch(10 ** 10, 'x') | list }}",
                "{{ range(100000) | list | string | list | string | list }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(100) }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{% set ns = namespace(x='中' * 100000) %}{% for i in range(100000) %}{% if ns.x[-1] == 'y' %}{% endif %}{% endfor %}",
                "{% set x = '中' * 1000000 %}{% for i in range(100000) %}{% if x | length == 0 %}{% endif %}{% endfor %}",
                "{% set x = 'é' * 1000000 %}{% set y = 'é' * 1000000 %}{% for i in range(100000) %}{% if x != y %}{% endif %}{% endfor %}",
                "{% for i in range(100000) %}{% for x in range(100000) | map('string') %}{% endfor %}{% endfor %}"
            })
    void render_ofAHostileTemplate_endsAtALimit(String source) {
        Assertions.assertTimeoutPreemptively(
                SOON,
                () -> assertThatThrownBy(() -> Template.parse(source).render(Map.of()))
                        .isInstanceOfSatisfying(
                                JinjaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT)));
    }

    @Test
    void parse_ofHugeOrDeepTemplates_endsSoon() {
        List<String> sources = new ArrayList<>();
        for (String unit : List.of(
                "(",
                "[",
                "{{",
                "{%",
                "{#",
                "{",
                "-",
                "not ",
                "{{ a",
                "{% if a %}",
                "{% for a in b %}",
                "{% raw %}",
                "'",
                "\\",
                "1",
                "_",
                "{% if a %}b{% endif %}",
                "{{ a }}",
                "\n",
                " ",
                "a|",
                "a.")) {
            sources.add(unit.repeat(100_000 / unit.length()));
            sources.add("{{ " + unit.repeat(100_000 / unit.length()));
            sources.add("{{ " + unit.repeat(100_000 / unit.length()) + " }}");
        }
        for (String operator : List.of(" + ", " ~ ", " and ", " == ", "|", ".", ", ", " ** ", " if ", " is ")) {
            sources.add("{{ a" + (operator + "a").repeat(20_000) + " }}");
        }
        sources.add("{{ a" + "[a]".repeat(20_000) + " }}");
        sources.add("{{ a" + "()".repeat(20_000) + " }}");
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            names.append("{% if a").append(i).append(" %}{% set b").append(i).append(" = 1 %}{% endif %}");
        }
        sources.add(names.toString());
        sources.add("{% macro m() %}".repeat(90) + "x" + "{% endmacro %}".repeat(90));
        Assertions.assertTimeoutPreemptively(SOON.multipliedBy(3), () -> {
            for (String source : sources) {
                try {
                    Template.parse(source).render(Map.of());
                } catch (JinjaException e) {
                    assertThat(e.kind()).isNotEqualTo(Kind.RAISED);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(source.substring(0, 40), e);
                }
            }
        });
    }

    @Test
    void render_ofDeepVariables_endsAtALimit() {
        List<Object> deep = List.of();
        for (int i = 0; i < 100_000; i++) {
            deep = Collections.singletonList(deep);
        }
        Map<String, Object> variables = Map.of("x", deep);
        assertThatThrownBy(() -> Template.parse("{{ x }}").render(variables))
                .isInstanceOfSatisfying(
                        JinjaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT));
    }

    @Test
    void limits_canBeRaisedAndLowered() {
        String loop = "{% for i in range(1000) %}x{% endfor %}";
        assertThat(Template.parse(loop, new Limits(100, 1000, 10_000, 0, 1)).render(Map.of()))
                .hasSize(1000);
        assertThatThrownBy(() ->
                        Template.parse(loop, new Limits(100, 999, 10_000, 0, 1)).render(Map.of()))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("999");
        assertThatThrownBy(() ->
                        Template.parse(loop, new Limits(100, 1000, 1000, 0, 1)).render(Map.of()))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("work");
        assertThatThrownBy(() -> Template.parse(loop, new Limits(10, 1000, 1000, 0, 1)))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("longer than 10");
    }

    @Test
    void work_growsWithTheVariables() {
        Limits limits = new Limits(100, 1 << 20, 100, 20, 1);
        String source = "{% for c in text %}{{ c }}{% endfor %}";
        assertThat(Template.parse(source, limits).render(Map.of("text", "x".repeat(10_000))))
                .hasSize(10_000);
    }
}
