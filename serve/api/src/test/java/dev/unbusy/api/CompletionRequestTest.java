package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unbusy.api.CompletionRequest.Prompt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionRequestTest {

    private static CompletionRequest parse(String fields) {
        return CompletionRequest.parse(("{\"model\":\"m\"," + fields + "}").getBytes(UTF_8));
    }

    @Test
    void prompts_comeInFourForms() {
        assertThat(parse("\"prompt\":\"a\"").prompts()).containsExactly(new Prompt.Text("a"));
        assertThat(parse("\"prompt\":[\"a\",\"\"]").prompts())
                .containsExactly(new Prompt.Text("a"), new Prompt.Text(""));
        assertThat(parse("\"prompt\":[1,2,3]").prompts())
                .singleElement()
                .isInstanceOfSatisfying(
                        Prompt.Tokens.class, t -> assertThat(t.ids()).containsExactly(1, 2, 3));
        assertThat(parse("\"prompt\":[[1],[2,3]]").prompts())
                .hasSize(2)
                .last()
                .isInstanceOfSatisfying(
                        Prompt.Tokens.class, t -> assertThat(t.ids()).containsExactly(2, 3));
    }

    @Test
    void manyTokenIds_areReadInOrder() {
        StringBuilder ids = new StringBuilder("0");
        for (int i = 1; i < 10_000; i++) {
            ids.append(',').append(i);
        }
        int[] read =
                ((Prompt.Tokens) parse("\"prompt\":[" + ids + "]").prompts().getFirst()).ids();
        assertThat(read).hasSize(10_000).isSorted().endsWith(9_999);
    }

    @Test
    void theOtherParameters_arrive() {
        CompletionRequest request = parse(
                "\"prompt\":\"a\",\"echo\":true,\"max_tokens\":5,\"best_of\":1,\"suffix\":null,"
                        + "\"stream\":true,\"stream_options\":{\"include_usage\":false},\"logprobs\":null,\"user\":\"u\"");
        assertThat(request.echo()).isTrue();
        assertThat(request.logprobs()).isEqualTo(-1);
        assertThat(request.sampling().maxTokens()).isEqualTo(5);
        assertThat(request.streamUsage()).isEqualTo(StreamUsage.NONE);
        assertThat(request.user()).isEqualTo("u");
        assertThat(parse("\"prompt\":\"a\",\"logprobs\":0").logprobs()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"n\":1` | prompt | missing_required_parameter",
                "`\"prompt\":5` | prompt | invalid_type",
                "`\"prompt\":[]` | prompt | invalid_value",
                "`\"prompt\":[[]]` | prompt[0] | invalid_value",
                "`\"prompt\":[\"a\",5]` | prompt[1] | invalid_type",
                "`\"prompt\":[\"a\",[\"b\"]]` | prompt[1][0] | invalid_type",
                "`\"prompt\":[1,\"a\"]` | prompt[1] | invalid_type",
                "`\"prompt\":[1,-1]` | prompt[1] | invalid_value",
                "`\"prompt\":[1.5]` | prompt[0] | invalid_type",
                "`\"prompt\":\"a\",\"best_of\":2` | best_of | unsupported_parameter",
                "`\"prompt\":\"a\",\"logprobs\":21` | logprobs | invalid_value",
                "`\"prompt\":\"a\",\"logprobs\":true` | logprobs | invalid_type",
                "`\"prompt\":\"a\",\"logprobs\":1,\"echo\":true` | logprobs | unsupported_parameter",
                "`\"prompt\":\"a\",\"messages\":[]` | messages | unknown_parameter",
                "`\"prompt\":\"a\",\"max_completion_tokens\":5` | max_completion_tokens | unknown_parameter"
            })
    void everythingElse_isRefusedByName(String fields, String param, String code) {
        ApiError error =
                catchThrowableOfType(ApiException.class, () -> parse(fields)).error();
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo(code);
    }

    @Test
    void tooManyPrompts_areRefused() {
        String many = "\"a\",".repeat(CompletionRequest.MAX_PROMPTS) + "\"a\"";
        assertThat(catchThrowableOfType(ApiException.class, () -> parse("\"prompt\":[" + many + "]"))
                        .error()
                        .message())
                .contains("more than 64");
    }
}
