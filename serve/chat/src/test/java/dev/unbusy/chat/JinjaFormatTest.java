package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Templates of ours, each with one habit that templates in the field have. */
class JinjaFormatTest {
    private static final String TURNS =
            "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

    private static JinjaFormat format(String template) {
        return JinjaFormat.of(new ModelTexts("qwen2", template, "<s>", "</s>", "x"), template);
    }

    private static PromptInput input(String messages) {
        return PromptInput.of(TestSetup.messages(messages), LocalDate.of(2026, 11, 24));
    }

    private static final String HI = "[{\"role\": \"user\", \"content\": \"hi\"}]";

    @Test
    void render_plainTemplate_outputIsPlainAndBosIsInText() {
        RenderedPrompt prompt = format(TURNS).render(input(HI));
        assertThat(prompt).isEqualTo(new RenderedPrompt("<s>[user]hi[assistant]", true, OutputStart.PLAIN));
        assertThat(format("{{ messages[0].content }}").render(input(HI)).startsWithBos())
                .isFalse();
    }

    @Test
    void render_textOfUserThatIsATemplate_isNotEvaluated() {
        assertThat(format(TURNS)
                        .render(input("[{\"role\": \"user\", \"content\": \"{{ 7*7 }}{% raw %}\"}]"))
                        .text())
                .isEqualTo("<s>[user]{{ 7*7 }}{% raw %}[assistant]");
    }

    @Test
    void render_developerRole_isSystemUnlessTheTemplateKnowsIt() {
        String messages = "[{\"role\": \"developer\", \"content\": \"a\"}, {\"role\": \"user\", \"content\": \"b\"}]";
        assertThat(format(TURNS).render(input(messages)).text()).isEqualTo("<s>[system]a[user]b[assistant]");
        assertThat(format(TURNS + "{# developer #}").render(input(messages)).text())
                .isEqualTo("<s>[developer]a[user]b[assistant]");
    }

    @Test
    void render_contentParts_becomeOneText() {
        String messages = """
                [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]""";
        assertThat(format(TURNS).render(input(messages)).text()).isEqualTo("<s>[user]a\nb[assistant]");
    }

    @Test
    void render_templateThatWantsTypedParts_getsThem() {
        String template =
                "{% for m in messages %}{% for p in m.content %}{% if p.type == 'text' %}({{ p.text }}){% endif %}{% endfor %}{% endfor %}";
        assertThat(format(template).traits().typedContent()).isTrue();
        assertThat(format(template).render(input(HI)).text()).isEqualTo("(hi)");
    }

    @Test
    void render_templateThatIteratesTools_isNotGivenNull() {
        JinjaFormat format = format("{% for t in tools %}{{ t.function.name }}{% endfor %}" + TURNS);
        assertThat(format.traits().undefinedTools()).isTrue();
        assertThat(format.render(input(HI)).text()).isEqualTo("<s>[user]hi[assistant]");
    }

    private static final String CALL = """
            [{"role": "user", "content": "hi"}, {"role": "assistant", "content": null, "tool_calls":
              [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\\"x\\": 1}"}}]}]""";

    @Test
    void render_templateThatConcatenatesArguments_getsText() {
        JinjaFormat format = format(
                "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name + c.function.arguments }}{% endfor %}{% endfor %}");
        assertThat(format.traits().objectArguments()).isFalse();
        assertThat(format.render(input(CALL)).text()).isEqualTo("f{\"x\": 1}");
    }

    @Test
    void render_templateThatWritesArgumentsAsJson_getsAnObject() {
        JinjaFormat format = format(
                "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}");
        assertThat(format.traits().objectArguments()).isTrue();
        assertThat(format.render(input(CALL)).text()).isEqualTo("{\"x\": 1}");
    }

    @Test
    void render_templateThatPrintsNone_getsEmptyContentInstead() {
        JinjaFormat format = format(
                "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}");
        assertThat(format.traits().emptyContent()).isTrue();
        assertThat(format.render(input(CALL)).text()).isEqualTo("hi{\"x\": 1}");
    }

    @Test
    void render_templateThatTestsForNone_getsNull() {
        JinjaFormat format = format(
                "{% for m in messages %}{% if m.content is none %}-{% else %}{{ m.content }}{% endif %}{% for c in m.tool_calls or [] %}{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}");
        assertThat(format.render(input(CALL)).text()).isEqualTo("hi-{\"x\": 1}");
    }

    @Test
    void render_templateRefuses_namesMessagesAndCarriesItsWords() {
        assertThatThrownBy(() ->
                        format("{{ raise_exception('roles must alternate') }}").render(input(HI)))
                .isInstanceOfSatisfying(ChatException.class, e -> {
                    assertThat(e.code()).isEqualTo("chat-messages-rejected");
                    assertThat(e.param()).isEqualTo("messages");
                    assertThat(e.getMessage()).contains("roles must alternate");
                });
    }

    @Test
    void render_promptOpensReasoning_outputStartsInside_andCanBeToldNotTo() {
        JinjaFormat format = format(TURNS + "{{ '<think>\\n' }}");
        assertThat(format.render(input(HI)))
                .isEqualTo(new RenderedPrompt("<s>[user]hi[assistant]<think>\n", true, OutputStart.REASONING));
        assertThat(format.render(input(HI).withThinking(Thinking.DISABLED, null)))
                .isEqualTo(
                        new RenderedPrompt("<s>[user]hi[assistant]<think>\n\n</think>\n\n", true, OutputStart.CONTENT));
    }

    @Test
    void render_templateWithSwitch_getsThinkingAsDeepSeeksApiDefinesIt() {
        JinjaFormat format =
                format("{{ enable_thinking }} {{ thinking }} {{ reasoning_effort is defined }}{# <think> #}");
        assertThat(format.render(input(HI)).text()).isEqualTo("True True False");
        assertThat(format.render(input(HI).withThinking(Thinking.DISABLED, "high"))
                        .text())
                .isEqualTo("False False True");
        assertThat(format.render(input(HI).withThinking(Thinking.DEFAULT, "none"))
                        .text())
                .isEqualTo("False False False");
        assertThat(format.render(input(HI)).outputStart()).isEqualTo(OutputStart.DETECT);
        assertThat(format.render(input(HI).withVariables(Map.of("enable_thinking", false)))
                        .text())
                .startsWith("False True");
    }

    @Test
    void render_templateAsksForTheDate_getsTheRequestsOne() {
        assertThat(format("{{ strftime_now('%d %b %Y') }}").render(input(HI)).text())
                .isEqualTo("24 Nov 2026");
    }

    private static String continued(String content, String reasoning) {
        return "[{\"role\": \"user\", \"content\": \"hi\"}, {\"role\": \"assistant\", \"content\": \"" + content
                + "\", \"reasoning_content\": \"" + reasoning + "\", \"prefix\": true}]";
    }

    @Test
    void render_continuedMessage_followsTheGenerationPrompt() {
        assertThat(format(TURNS).render(input(continued("Hel", "r"))))
                .isEqualTo(new RenderedPrompt("<s>[user]hi[assistant]Hel", true, OutputStart.PLAIN));
        JinjaFormat r1 = format(TURNS + "{{ '<think>\\n' }}");
        assertThat(r1.render(input(continued("Hel", "r"))))
                .isEqualTo(new RenderedPrompt(
                        "<s>[user]hi[assistant]<think>\nr\n</think>\n\nHel", true, OutputStart.CONTENT_CONTINUED));
        assertThat(r1.render(input(continued("", "r"))))
                .isEqualTo(
                        new RenderedPrompt("<s>[user]hi[assistant]<think>\nr", true, OutputStart.REASONING_CONTINUED));
        assertThat(r1.render(input(continued("", ""))))
                .isEqualTo(new RenderedPrompt("<s>[user]hi[assistant]<think>\n", true, OutputStart.REASONING));
        JinjaFormat v31 = format(TURNS + "<think>");
        assertThat(v31.render(input(continued("Hel", "r"))).text())
                .isEqualTo("<s>[user]hi[assistant]<think>r</think>Hel");
        JinjaFormat qwen = format(TURNS + "{# <think> #}");
        assertThat(qwen.render(input(continued("", "r"))))
                .isEqualTo(
                        new RenderedPrompt("<s>[user]hi[assistant]<think>\nr", true, OutputStart.REASONING_CONTINUED));
        assertThat(qwen.render(input(continued("Hel", ""))))
                .isEqualTo(new RenderedPrompt("<s>[user]hi[assistant]Hel", true, OutputStart.CONTENT_CONTINUED));
    }
}
