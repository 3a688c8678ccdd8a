package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelNamesTest {
    private static final String QWEN = "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B";
    private static final String STARTER = "SmolLM2-135M-Instruct";

    private final ModelNames names = new ModelNames(
            List.of(
                    new ServedModel(QWEN, List.of("DeepSeek-R1-Distill-Qwen-7B-Q4_K_M"), 0),
                    new ServedModel(STARTER, List.of("smol"), 0)),
            Map.of("deepseek-chat", "deepseek-r1-distill-qwen-7b", "gone", "no-such-model", "GPT-4o", STARTER));

    @ParameterizedTest
    @CsvSource({
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B, deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "DeepSeek-R1-Distill-Qwen-7B,             deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "deepseek-r1-distill-qwen-7b,             deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "DEEPSEEK-AI/deepseek-r1-distill-qwen-7b, deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M,      deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "deepseek-chat,                           deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "gpt-4o,                                  SmolLM2-135M-Instruct",
        "smollm2-135m-instruct,                   SmolLM2-135M-Instruct",
        "deepseek-ai/SmolLM2-135M-Instruct,       SmolLM2-135M-Instruct",
        "SMOL,                                    SmolLM2-135M-Instruct",
        "gpt-9,",
        "gone,",
        "'',"
    })
    void aName_meansTheServedModel(String name, String served) {
        assertThat(names.resolve(name)).isEqualTo(served);
    }

    @Test
    void anAlias_neverHidesAnId() {
        ModelNames clash = new ModelNames(
                List.of(new ServedModel("b", List.of(), 0), new ServedModel("a", List.of("B"), 0)), Map.of());
        assertThat(clash.resolve("B")).isEqualTo("b");
        assertThat(clash.ids()).containsExactly("a", "b");
    }

    @Test
    void anExactId_winsOverAnAliasOfTheConfiguration() {
        ModelNames clash = new ModelNames(
                List.of(new ServedModel("a", List.of(), 0), new ServedModel("b", List.of(), 0)), Map.of("a", "b"));
        assertThat(clash.resolve("a")).isEqualTo("a");
        assertThat(clash.resolve("A")).isEqualTo("b");
    }
}
