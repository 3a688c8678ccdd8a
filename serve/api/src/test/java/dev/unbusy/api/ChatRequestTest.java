package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestTest {
    private static final String HI = "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static ChatRequest parse(String json) {
        return ChatRequest.parse(json.getBytes(UTF_8));
    }

    private static ChatRequest with(String fields) {
        return parse("{" + HI + "," + fields + "}");
    }

    private static ChatRequest messages(String messages) {
        return parse("{\"model\":\"m\",\"messages\":[" + messages + "]}");
    }

    private static ApiError refusal(String json) {
        return catchThrowableOfType(ApiException.class, () -> parse(json)).error();
    }

    @Test
    void aPlainRequest_hasTheDefaultsOfTheModel() {
        ChatRequest request = parse("{" + HI + "}");
        assertThat(request.model()).isEqualTo("m");
        assertThat(request.messages()).isEqualTo(List.of(Map.of("role", "user", "content", "hi")));
        assertThat(request.stream()).isFalse();
        assertThat(request.sampling())
                .isEqualTo(new SamplingOptions(
                        null, null, null, null, null, null, 0, 0, List.of(), 1, null, Map.of(), false));
        assertThat(request.thinking()).isNull();
        assertThat(request.streamUsage()).isEqualTo(StreamUsage.ON_LAST_CHUNK);
        assertThat(request.continueLast()).isFalse();
    }

    @Test
    void everyParameter_arrives() {
        ChatRequest request =
                with("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":true},"
                        + "\"max_completion_tokens\":7,\"temperature\":0.5,\"top_p\":0.9,\"top_k\":40,\"min_p\":0.05,"
                        + "\"repetition_penalty\":1.1,\"frequency_penalty\":-2,\"presence_penalty\":2,\"stop\":[\"a\",\"b\"],"
                        + "\"n\":2,\"seed\":-9223372036854775808,\"logit_bias\":{\"5\":-100,\"6\":1.5},\"logprobs\":true,"
                        + "\"top_logprobs\":20,\"user_id\":\"u_1-A\",\"thinking\":{\"type\":\"enabled\"},"
                        + "\"reasoning_effort\":\"ultra\",\"ignore_eos\":true");
        assertThat(request.sampling())
                .isEqualTo(new SamplingOptions(
                        7,
                        0.5,
                        0.9,
                        40,
                        0.05,
                        1.1,
                        -2,
                        2,
                        List.of("a", "b"),
                        2,
                        Long.MIN_VALUE,
                        Map.of(5, -100.0, 6, 1.5),
                        true));
        assertThat(request.stream()).isTrue();
        assertThat(request.streamUsage()).isEqualTo(StreamUsage.EXTRA_CHUNK);
        assertThat(request.logprobs()).isTrue();
        assertThat(request.topLogprobs()).isEqualTo(20);
        assertThat(request.user()).isEqualTo("u_1-A");
        assertThat(request.thinking()).isTrue();
        assertThat(request.reasoningEffort()).isEqualTo(ReasoningEffort.MAX);
    }

    @Test
    void nullIsAbsent_forEveryKnownParameter() {
        StringBuilder nulls = new StringBuilder();
        for (String name : Parameters.CHAT_NAMES) {
            if (!name.equals("model") && !name.equals("messages")) {
                nulls.append(nulls.isEmpty() ? "" : ",")
                        .append('"')
                        .append(name)
                        .append("\":null");
            }
        }
        nulls.append(",\"store\":null");
        assertThat(with(nulls.toString())).isEqualTo(parse("{" + HI + "}"));
    }

    @Test
    void theOfficialExamples_areTaken() {
        // The request of OpenAI's API reference and the one of DeepSeek's first-call page, rebuilt.
        ChatRequest openai =
                parse("{\"model\":\"gpt-4.1\",\"messages\":[{\"role\":\"developer\",\"content\":\"You are helpful.\"},"
                        + "{\"role\":\"user\",\"content\":\"Hello!\"}]}");
        assertThat(openai.messages().get(0)).containsEntry("role", "system");
        ChatRequest deepseek =
                parse("{\"model\":\"deepseek-chat\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a"
                        + " helpful assistant.\"},{\"role\":\"user\",\"content\":\"Hello!\"}],\"frequency_penalty\":0,"
                        + "\"max_tokens\":4096,\"presence_penalty\":0,\"response_format\":{\"type\":\"text\"},\"stop\":null,"
                        + "\"stream\":false,\"stream_options\":null,\"temperature\":1,\"top_p\":1,\"tools\":null,"
                        + "\"tool_choice\":\"none\",\"logprobs\":false,\"top_logprobs\":null}");
        assertThat(deepseek.sampling().maxTokens()).isEqualTo(4096);
        assertThat(deepseek.sampling().topP()).isEqualTo(1.0);
    }

    @Test
    void prefix_continuesTheLastMessage() {
        ChatRequest request = messages("{\"role\":\"user\",\"content\":\"hi\"},"
                + "{\"role\":\"assistant\",\"content\":\"He\",\"reasoning_content\":\"r\",\"prefix\":true}");
        assertThat(request.continueLast()).isTrue();
        assertThat(request.messages().get(1))
                .isEqualTo(Map.of("role", "assistant", "content", "He", "reasoning_content", "r"));
    }

    @Test
    void textParts_becomeOneText() {
        assertThat(messages("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
                                + "{\"text\":\"b\",\"type\":\"text\"}]}")
                        .messages())
                .isEqualTo(List.of(Map.of("role", "user", "content", "a\nb")));
    }

    @Test
    void anAnswerSentBack_asClientsDo_isTaken() {
        ChatRequest request =
                messages("{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":null,"
                        + "\"refusal\":null,\"annotations\":[],\"audio\":null,\"function_call\":null,\"reasoning_content\":null,"
                        + "\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"42\"}");
        assertThat(request.messages().get(1)).containsOnlyKeys("role", "tool_calls");
        assertThat(request.messages().get(2)).containsEntry("tool_call_id", "c1");
    }

    @ParameterizedTest
    @CsvSource({
        "none,NONE,false",
        "minimal,LOW,",
        "low,LOW,",
        "medium,HIGH,",
        "high,HIGH,",
        "xhigh,HIGH,",
        "max,MAX,",
        "ultra,MAX,"
    })
    void reasoningEffort_isMappedAsDeepSeekDoes(String word, ReasoningEffort effort, Boolean thinking) {
        ChatRequest request = with("\"reasoning_effort\":\"" + word + "\"");
        assertThat(request.reasoningEffort()).isEqualTo(effort);
        assertThat(request.thinking()).isEqualTo(thinking);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tools\":[]",
                "\"tool_choice\":\"none\"",
                "\"tool_choice\":\"auto\"",
                "\"functions\":[]",
                "\"function_call\":\"none\"",
                "\"modalities\":[\"text\"]",
                "\"store\":false",
                "\"service_tier\":\"auto\"",
                "\"service_tier\":\"default\"",
                "\"verbosity\":\"medium\"",
                "\"metadata\":{\"a\":{\"b\":[1]}}",
                "\"parallel_tool_calls\":true",
                "\"prompt_cache_key\":\"k\"",
                "\"safety_identifier\":\"s\"",
                "\"response_format\":{\"type\":\"text\"}",
                "\"user\":\"anyone@example.com\"",
                "\"stop\":[]",
                "\"stop\":\"x\"",
                "\"top_k\":-1",
                "\"top_k\":0",
                "\"max_tokens\":5,\"max_completion_tokens\":5",
                "\"logprobs\":false,\"top_logprobs\":0",
                "\"temperature\":0",
                "\"temperature\":2.0"
            })
    void harmlessValues_areTaken(String field) {
        assertThat(with(field)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"functions\":[{}]` | functions | unsupported_parameter",
                "`\"audio\":{}` | audio | unsupported_parameter",
                "`\"modalities\":[\"text\",\"audio\"]` | modalities | unsupported_parameter",
                "`\"prediction\":{}` | prediction | unsupported_parameter",
                "`\"web_search_options\":{}` | web_search_options | unsupported_parameter",
                "`\"store\":true` | store | unsupported_parameter",
                "`\"service_tier\":\"flex\"` | service_tier | unsupported_parameter",
                "`\"verbosity\":\"low\"` | verbosity | unsupported_parameter",
                "`\"response_format\":\"text\"` | response_format | invalid_type",
                "`\"response_format\":{}` | response_format.type | missing_required_parameter",
                "`\"max_tokens\":\"9\"` | max_tokens | invalid_type",
                "`\"max_tokens\":9.0` | max_tokens | invalid_type",
                "`\"max_tokens\":0` | max_tokens | invalid_value",
                "`\"max_tokens\":99999999999999999999999` | max_tokens | invalid_value",
                "`\"max_tokens\":5,\"max_completion_tokens\":6` | max_completion_tokens | invalid_value",
                "`\"temperature\":2.1` | temperature | invalid_value",
                "`\"temperature\":-0.1` | temperature | invalid_value",
                "`\"temperature\":1e999` | temperature | invalid_value",
                "`\"temperature\":\"hot\"` | temperature | invalid_type",
                "`\"top_p\":1.1` | top_p | invalid_value",
                "`\"top_k\":-2` | top_k | invalid_value",
                "`\"min_p\":2` | min_p | invalid_value",
                "`\"repetition_penalty\":0` | repetition_penalty | invalid_value",
                "`\"frequency_penalty\":2.1` | frequency_penalty | invalid_value",
                "`\"presence_penalty\":-2.1` | presence_penalty | invalid_value",
                "`\"stop\":5` | stop | invalid_type",
                "`\"stop\":\"\"` | stop | invalid_value",
                "`\"stop\":[\"a\",5]` | stop[1] | invalid_type",
                "`\"stop\":[\"\"]` | stop[0] | invalid_value",
                "`\"stop\":[1,2,3,4,5,6,7,8,9,1,1,1,1,1,1,1,1]` | stop[0] | invalid_type",
                "`\"n\":0` | n | invalid_value",
                "`\"n\":9` | n | invalid_value",
                "`\"seed\":1.5` | seed | invalid_type",
                "`\"logit_bias\":[]` | logit_bias | invalid_type",
                "`\"logit_bias\":{\"x\":1}` | logit_bias.x | invalid_value",
                "`\"logit_bias\":{\"1\":101}` | logit_bias.1 | invalid_value",
                "`\"logprobs\":5` | logprobs | invalid_type",
                "`\"top_logprobs\":3` | top_logprobs | invalid_value",
                "`\"logprobs\":true,\"top_logprobs\":21` | top_logprobs | invalid_value",
                "`\"stream\":\"yes\"` | stream | invalid_type",
                "`\"stream_options\":{\"include_usage\":true}` | stream_options | invalid_value",
                "`\"stream\":true,\"stream_options\":{\"usage\":true}` | stream_options.usage | unknown_parameter",
                "`\"stream\":true,\"stream_options\":{\"include_usage\":1}` | stream_options.include_usage | invalid_type",
                "`\"stream\":true,\"stream_options\":true` | stream_options | invalid_type",
                "`\"user_id\":\"a b\"` | user_id | invalid_value",
                "`\"user\":5` | user | invalid_type",
                "`\"thinking\":true` | thinking | invalid_type",
                "`\"thinking\":{\"type\":\"auto\"}` | thinking.type | invalid_value",
                "`\"thinking\":{}` | thinking.type | missing_required_parameter",
                "`\"thinking\":{\"budget\":1}` | thinking.budget | unknown_parameter",
                "`\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\"none\"` | reasoning_effort | invalid_value",
                "`\"reasoning_effort\":\"much\"` | reasoning_effort | invalid_value",
                "`\"temprature\":1` | temprature | unknown_parameter",
                "`\"whatever\":null` | whatever | unknown_parameter",
                "`\"n\":1,\"n\":1` | n | duplicate_parameter"
            })
    void everythingElse_isRefusedByName(String field, String param, String code) {
        ApiError error = refusal("{" + HI + "," + field + "}");
        assertThat(error.status()).isEqualTo(400);
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).contains(param);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`5` | messages[0] | invalid_type",
                "`{}` | messages[0].role | missing_required_parameter",
                "`{\"role\":\"king\",\"content\":\"x\"}` | messages[0].role | invalid_value",
                "`{\"role\":5,\"content\":\"x\"}` | messages[0].role | invalid_type",
                "`{\"role\":\"user\"}` | messages[0].content | missing_required_parameter",
                "`{\"role\":\"user\",\"content\":null}` | messages[0].content | missing_required_parameter",
                "`{\"role\":\"user\",\"content\":5}` | messages[0].content | invalid_type",
                "`{\"role\":\"user\",\"content\":[5]}` | messages[0].content[0] | invalid_type",
                "`{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}` | messages[0].content[0].type | missing_required_parameter",
                "`{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}` | messages[0].content[0].text | missing_required_parameter",
                "`{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}` | messages[0].content[0].type | unsupported_parameter",
                "`{\"role\":\"user\",\"content\":\"a\",\"colour\":1}` | messages[0].colour | unknown_parameter",
                "`{\"role\":\"user\",\"content\":\"a\",\"prefix\":true}` | messages[0].prefix | invalid_value",
                "`{\"role\":\"user\",\"content\":\"a\",\"tool_calls\":[{}]}` | messages[0].tool_calls | invalid_value",
                "`{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":5}` | messages[0].tool_calls | invalid_type",
                "`{\"role\":\"assistant\",\"tool_calls\":{}}` | messages[0].tool_calls | invalid_type",
                "`{\"role\":\"assistant\",\"tool_calls\":[5]}` | messages[0].tool_calls[0] | invalid_type",
                "`{\"role\":\"assistant\",\"tool_calls\":[{}]}` | messages[0].tool_calls[0].id | missing_required_parameter",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":5}]}` | messages[0].tool_calls[0].id | invalid_type",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"\"}]}` | messages[0].tool_calls[0].id | invalid_value",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\"}]}` | messages[0].tool_calls[0].type | missing_required_parameter",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\"}]}` | messages[0].tool_calls[0].type | unsupported_parameter",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\"}]}` | messages[0].tool_calls[0].function | missing_required_parameter",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":[]}]}` | messages[0].tool_calls[0].function | invalid_type",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"x\":1,\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}` | messages[0].tool_calls[0].x | unknown_parameter",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"arguments\":\"\"}}]}` | messages[0].tool_calls[0].function.name | missing_required_parameter",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"\",\"arguments\":\"\"}}]}` | messages[0].tool_calls[0].function.name | invalid_value",
                "`{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{}}}]}` | messages[0].tool_calls[0].function.arguments | invalid_type",
                "`{\"role\":\"user\",\"content\":\"a\",\"reasoning_content\":\"r\"}` | messages[0].reasoning_content | invalid_value",
                "`{\"role\":\"assistant\",\"content\":\"a\",\"audio\":{}}` | messages[0].audio | unsupported_parameter",
                "`{\"role\":\"tool\",\"content\":\"a\"}` | messages[0].tool_call_id | missing_required_parameter",
                "`{\"role\":\"assistant\",\"content\":\"a\",\"prefix\":true},{\"role\":\"user\",\"content\":\"a\"}` | messages[0].prefix | invalid_value",
                "`{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"a\",\"name\":5}` | messages[1].name | invalid_type"
            })
    void wrongMessages_areNamedByTheirPath(String messages, String param, String code) {
        ApiError error = refusal("{\"model\":\"m\",\"messages\":[" + messages + "]}");
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{` | line 1",
                "`` | empty",
                "`   ` | empty",
                "`[]` | a list",
                "`\"x\"` | a string",
                "`null` | null",
                "`{\"a\":NaN}` | column",
                "`{'model':1}` | line 1",
                "`{\"model\":\"m\",}` | line 1"
            })
    void whatIsNoJsonObject_isRefusedWithThePlace(String body, String message) {
        ApiError error = refusal(body);
        assertThat(error.code()).isEqualTo("invalid_json");
        assertThat(error.message()).contains(message);
    }

    @Test
    void somethingBehindTheObject_isRefused() {
        assertThat(refusal("{" + HI + "} {}").message()).contains("something follows");
    }

    @Test
    void requiredFields_areNamed() {
        assertThat(refusal("{}").param()).isEqualTo("model");
        assertThat(refusal("{\"model\":\"m\"}").param()).isEqualTo("messages");
        assertThat(refusal("{\"model\":\"m\",\"messages\":[]}").param()).isEqualTo("messages");
        assertThat(refusal("{\"model\":\"m\",\"messages\":\"hi\"}").code()).isEqualTo("invalid_type");
        assertThat(refusal("{\"model\":5}").code()).isEqualTo("invalid_type");
    }

    @Test
    void unknownParameters_getTheNearestKnownOne() {
        assertThat(refusal("{" + HI + ",\"temprature\":1}").message()).contains("Did you mean 'temperature'?");
        assertThat(refusal("{" + HI + ",\"repeat_penalty\":1}").message()).contains("'repetition_penalty'");
        assertThat(refusal("{" + HI + ",\"max_new_tokens\":1}").message()).contains("'max_tokens'");
        assertThat(refusal("{" + HI + ",\"xyzzy\":1}").message()).contains("Remove it");
        String long1 = "q".repeat(900);
        assertThat(refusal("{" + HI + ",\"" + long1 + "\":1}").message()).hasSizeLessThan(300);
    }

    @Test
    void depthAndCount_areLimited() {
        String deep = "[".repeat(1_000) + "]".repeat(1_000);
        assertThat(refusal("{" + HI + ",\"metadata\":" + deep + "}").code()).isEqualTo("invalid_json");
        String many = "{\"role\":\"user\",\"content\":\"x\"},".repeat(MessageList.MAX_MESSAGES);
        assertThat(refusal("{\"model\":\"m\",\"messages\":[" + many + "{\"role\":\"user\",\"content\":\"x\"}]}")
                        .message())
                .contains("more than 16384");
    }

    @Test
    void aBigBody_isReadWhole() {
        String text = "字".repeat(4_000_000);
        assertThat(messages("{\"role\":\"user\",\"content\":\"" + text + "\"}")
                        .messages()
                        .get(0))
                .containsEntry("content", text);
    }
}
