package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unbusy.text.Lang;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatChoiceTest {
    private static ModelTexts model(String architecture, @Nullable String template, @Nullable String name) {
        return new ModelTexts(architecture, template, "<s>", "</s>", name);
    }

    @ParameterizedTest
    @CsvSource({
        "deepseek4,, DeepSeek-V4-Flash, deepseek-v4",
        "deepseek4,,, deepseek-v4",
        "deepseek4, {{ '｜DSML｜tool_calls' }}, DeepSeek V4 Pro, deepseek-v4",
        "deepseek4,, DeepSeek V4 Flash 0731, deepseek-v4-0731",
        "deepseek4,, deepseek-v4-pro-0813-Q2_K, deepseek-v4-0731",
        "deepseek4, ｜DSML｜ Beyond maximum, x, deepseek-v4-0731",
        "deepseek4,, DeepSeek-V4.1-Flash, deepseek-v4.1",
        "deepseek4, <｜System｜>｜DSML｜, x, deepseek-v4.1",
        "deepseek32,,, deepseek-v3.2",
        "deepseek2, {{ '｜DSML｜function_calls' }}, DeepSeek V3.2, deepseek-v3.2",
        "deepseek2,, DeepSeek_V3.2_Speciale, deepseek-v3.2",
        "deepseek32, {{ messages }}, DeepSeek-V3.2-Exp, template",
        "deepseek2, {{ messages }}, DeepSeek-V3.1, template",
        "qwen2, {{ messages }}, DeepSeek R1 Distill Qwen 7B, template",
        "qwen3, {{ messages }}, Qwen3 8B DeepSeek-V4 distill, template",
        "llama,,, none",
        "qwen3,, DeepSeek-V4-distill, none",
        "deepseek2,, DeepSeek-V3.2-Exp, none",
        "llama, {% if %}, x, none"
    })
    void of_model_choosesByArchitectureThenNameThenTemplate(
            String architecture, @Nullable String template, @Nullable String name, String format) {
        assertThat(ChatFormat.of(model(architecture, template, name)).name()).isEqualTo(format);
    }

    @Test
    void render_modelWithoutTemplate_isRefusedWithRemedyInBothLanguages() {
        ChatFormat format = ChatFormat.of(model("llama", null, "x"));
        PromptInput input =
                PromptInput.of(TestSetup.messages("[{\"role\": \"user\", \"content\": \"a\"}]"), LocalDate.EPOCH);
        assertThatThrownBy(() -> format.render(input)).isInstanceOfSatisfying(ChatException.class, e -> {
            assertThat(e.code()).isEqualTo("chat-template-missing");
            assertThat(e.param()).isNull();
            assertThat(e.getMessage()).contains("llama");
            assertThat(e.remedy().in(Lang.EN)).contains("/v1/completions");
            assertThat(e.remedy().in(Lang.ZH)).contains("/v1/completions");
        });
    }

    @Test
    void render_templateThatIsNoJinja_isRefusedAsUnusable() {
        ChatFormat format = ChatFormat.of(model("llama", "{% if %}", "x"));
        PromptInput input =
                PromptInput.of(TestSetup.messages("[{\"role\": \"user\", \"content\": \"a\"}]"), LocalDate.EPOCH);
        assertThatThrownBy(() -> format.render(input))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.code()).isEqualTo("chat-template-unusable"));
    }
}
