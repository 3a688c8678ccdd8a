package dev.unbusy.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.jinja.JinjaException.Kind;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static String render(String source) {
        return Template.parse(source).render(Map.of());
    }

    @Test
    void render_textOfUsers_isNeverEvaluated() {
        String hostile = "{{ 7*7 }}{% for x in range(9) %}{% raw %}{# c #}";
        Map<String, Object> variables = Map.of("messages", List.of(Map.of("role", "user", "content", hostile)));
        String source = "{% for m in messages %}{{ m.content }}|{{ m.content ~ '' | trim }}|{{ [m.content] | join }}"
                + "|{{ '%s' % m.content }}|{{ '{}'.format(m.content) }}{% endfor %}";
        assertThat(Template.parse(source).render(variables))
                .isEqualTo(String.join("|", List.of(hostile, hostile, hostile, hostile, hostile)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "a\\n{{ 1 + }}; SYNTAX; 2",
                "a\\n\\n{% for %}; SYNTAX; 3",
                "a\\n{{ 'x' | nope }}; SYNTAX; 2",
                "a\\n{% include 'x' %}; UNSUPPORTED; 2",
                "{# a\\n\\n #}\\n{% block x %}{% endblock %}; UNSUPPORTED; 4",
                "{{ 'x' | pprint }}; UNSUPPORTED; 1",
                "a\\n{{ undef.x }}; FAILED; 2",
                "{% if true %}\\n{% set x = 1 / 0 %}{% endif %}; FAILED; 2",
                "{% macro m() %}\\n{{ 1 / 0 }}{% endmacro %}\\n{{ m() }}; FAILED; 2",
                "{%- raw -%}\\n\\n{%- endraw -%}\\n\\n{{ raise_exception('no') }}; RAISED; 5"
            })
    void failure_namesItsKindAndLine(String source, Kind kind, int line) {
        String template = source.replace("\\n", "\n");
        assertThatThrownBy(() -> render(template)).isInstanceOfSatisfying(JinjaException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.line()).isEqualTo(line);
        });
    }

    @Test
    void raiseException_givesTheWordsOfTheTemplate() {
        assertThatThrownBy(() -> render("{{ raise_exception('Roles must alternate!') }}"))
                .isInstanceOfSatisfying(JinjaException.class, e -> {
                    assertThat(e.detail()).isEqualTo("Roles must alternate!");
                    assertThat(e.code()).isEqualTo("chat-template-raised");
                    assertThat(e.text().en()).endsWith(": Roles must alternate!");
                    assertThat(e.text().zh()).contains("Roles must alternate!").contains("模板");
                    assertThat(e.remedy().zh()).isNotEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% extends 'x' %}",
                "{% import 'x' as y %}",
                "{% from 'x' import y %}",
                "{% autoescape true %}{% endautoescape %}",
                "{{ self.x() }}",
                "{{ lipsum() }}",
                "{{ 'x' | random }}",
                "{{ range }}",
                "{{ 'x'.upper }}",
                "{{ ['x'] | map('upper') }}",
                "{{ 'x'.encode() }}",
                "{{ 'x' is sameas 'x' }}",
                "{{ (-8) ** 0.5 }}",
                "{{ {1e999: 1} }}"
            })
    void render_ofWhatIsNotSupported_isRefusedByName(String source) {
        assertThatThrownBy(() -> render(source))
                .isInstanceOfSatisfying(
                        JinjaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
    }

    @Test
    void render_ofAnUnsupportedFilterThatIsNeverReached_renders() {
        assertThat(render("{% if false %}{{ 'x' | pprint }}{% endif %}ok")).isEqualTo("ok");
    }

    @Test
    void render_takesJsonLikeValues() {
        Map<String, Object> variables = new HashMap<>();
        variables.put("values", new ArrayList<>(List.of(1, (short) 2, 3L, 1.5f, 2.0, true)));
        variables.put("nothing", null);
        assertThat(Template.parse("{{ values }} {{ nothing }} {{ absent }}").render(variables))
                .isEqualTo("[1, 2, 3, 1.5, 2.0, True] None ");
    }

    @Test
    void render_ofAValueThatIsNotJson_isAMistakeOfTheCaller() {
        Map<String, Object> variables = Map.of("x", new Object());
        assertThatThrownBy(() -> Template.parse("{{ x }}").render(variables))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void strftimeNow_usesTheGivenTime() {
        LocalDateTime time = LocalDateTime.of(2024, 2, 29, 0, 5);
        assertThat(Template.parse("{{ strftime_now('%d %B %Y %I:%M %p') }}").render(Map.of(), () -> time))
                .isEqualTo("29 February 2024 12:05 AM");
    }

    @Test
    void variables_hideGlobals() {
        assertThat(Template.parse("{{ range }}").render(Map.of("range", "mine")))
                .isEqualTo("mine");
    }

    @Test
    void template_isSharedByThreads() throws Exception {
        Template template =
                Template.parse("{% set ns = namespace(n=0) %}{% for x in range(200) %}{% set ns.n = ns.n + k %}"
                        + "{% endfor %}{% filter upper %}{{ 'n' ~ ns.n }}{% endfilter %}");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int k = i;
                results.add(threads.submit(() -> template.render(Map.of("k", k))));
            }
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get()).isEqualTo("N" + 200 * i);
            }
        }
    }

    @Test
    void percentFormat_withoutAWidth_doesNotPadToTwoGigabytes() {
        assertThat(render("{{ '%s' % 'x' }}")).isEqualTo("x");
    }
}
