package dev.unbusy.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools, structured output and the suffix. */
class FeaturesTest {
    private static final String HI = "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final String TOOL = "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}";
    private static final String TOOLS = "\"tools\":[" + TOOL + "]";

    private static ChatRequest with(String fields) {
        return ChatRequest.parse(("{" + HI + "," + fields + "}").getBytes(UTF_8));
    }

    private static ApiError refusal(String fields) {
        return catchThrowableOfType(ApiException.class, () -> with(fields)).error();
    }

    private static CompletionRequest completion(String fields) {
        return CompletionRequest.parse(("{\"model\":\"m\"," + fields + "}").getBytes(UTF_8));
    }

    @Test
    void tools_areRead_andKeptAsTheyCame_butForNulls() {
        ChatRequest request = with(
                "\"tools\":[{\"function\":{\"strict\":true,\"parameters\":{\"type\":\"object\",\"properties\":"
                        + "{\"b\":{},\"a\":{\"type\":\"integer\",\"minimum\":1}}},\"description\":\"d\",\"name\":\"get-it_2\"},"
                        + "\"type\":\"function\"},{\"type\":\"function\",\"function\":{\"name\":\"g\",\"description\":null,\"strict\":null}}]");
        ToolDefinition first = request.tools().getFirst();
        assertThat(first.name()).isEqualTo("get-it_2");
        assertThat(first.description()).isEqualTo("d");
        assertThat(first.strict()).isTrue();
        assertThat(first.parameters()).containsEntry("type", "object");
        assertThat(first.raw().get("function"))
                .hasToString(
                        "{name=get-it_2, description=d, parameters={type=object, properties={b={}, a={type=integer,"
                                + " minimum=1}}}, strict=true}");
        assertThat(request.tools().get(1))
                .isEqualTo(new ToolDefinition(
                        "g", null, null, false, Map.of("type", "function", "function", Map.of("name", "g"))));
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.Mode.AUTO);
        assertThat(request.parallelToolCalls()).isTrue();
    }

    @Test
    void aRequestWithoutTools_choosesNone() {
        ChatRequest request = with("\"n\":1");
        assertThat(request.tools()).isEmpty();
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.Mode.NONE);
        assertThat(request.responseFormat()).isEqualTo(new ResponseFormat.Text());
        assertThat(request.responseFormat().raw()).isNull();
        assertThat(with("\"tools\":[],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false")
                        .toolChoice())
                .isEqualTo(ToolChoice.Mode.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"`\"none\"` | NONE", "`\"auto\"` | AUTO", "`\"required\"` | REQUIRED", "`null` | AUTO"})
    void toolChoice_ofAWord(String choice, ToolChoice.Mode mode) {
        assertThat(with(TOOLS + ",\"tool_choice\":" + choice).toolChoice()).isEqualTo(mode);
        assertThat(with("\"tool_choice\":" + choice + "," + TOOLS).toolChoice()).isEqualTo(mode);
    }

    @Test
    void toolChoice_ofOneFunction_andOneCallAtMost() {
        ChatRequest request = with(TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}},"
                + "\"parallel_tool_calls\":false");
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice.Function("f"));
        assertThat(request.parallelToolCalls()).isFalse();
    }

    @Test
    void responseFormat_ofEachType() {
        assertThat(with("\"response_format\":{\"type\":\"text\"}").responseFormat())
                .isEqualTo(new ResponseFormat.Text());
        ResponseFormat object = with("\"response_format\":{\"type\":\"json_object\",\"json_schema\":null}")
                .responseFormat();
        assertThat(object).isEqualTo(new ResponseFormat.JsonObject());
        assertThat(object.raw()).isEqualTo(Map.of("type", "json_object"));
        ResponseFormat schema = with("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\","
                        + "\"description\":\"d\",\"schema\":{\"type\":\"array\"},\"strict\":true}}")
                .responseFormat();
        assertThat(schema).isEqualTo(new ResponseFormat.JsonSchema("n", "d", Map.of("type", "array"), true));
        assertThat(schema.raw())
                .isEqualTo(Map.of(
                        "type", "json_schema", "json_schema", Map.of("name", "n", "schema", Map.of("type", "array"))));
    }

    private static final String F = "tools[0].function";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"tools\":{}` | tools | invalid_type | a list of tools",
                "`\"tools\":[5]` | tools[0] | invalid_type | an integer",
                "`\"tools\":[{}]` | tools[0].type | missing_required_parameter | required",
                "`\"tools\":[{\"type\":5}]` | tools[0].type | invalid_type | a string",
                "`\"tools\":[{\"type\":\"custom\"}]` | tools[0].type | unsupported_parameter | custom",
                "`\"tools\":[{\"type\":\"function\"}]` | tools[0].function | missing_required_parameter | required",
                "`\"tools\":[{\"type\":\"function\",\"function\":[]}]` | tools[0].function | invalid_type | an object",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"},\"x\":1}]` | tools[0].x | unknown_parameter | x",
                "`\"tools\":[{\"type\":\"function\",\"function\":{}}]` | tools[0].function.name | missing_required_parameter | required",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":7}}]` | tools[0].function.name | invalid_type | an integer",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]` | tools[0].function.name | invalid_value | empty",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]` | tools[0].function.name | invalid_value | a b",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"天气\"}}]` | tools[0].function.name | invalid_value | letters",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":5}}]` | tools[0].function.description | invalid_type | a string",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":\"yes\"}}]` | tools[0].function.strict | invalid_type | true or false",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"paramters\":{}}}]` | tools[0].function.paramters | unknown_parameter | paramters",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":true}}]` | tools[0].function.parameters | invalid_type | schema",
                "`\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"string\"}}}]` | tools[0].function.parameters.type | invalid_value | string",
                "`\"tool_choice\":\"any\"` | tool_choice | invalid_value | any",
                "`\"tool_choice\":5` | tool_choice | invalid_type | an integer",
                "`\"tool_choice\":\"required\"` | tool_choice | invalid_value | tools",
                "`\"tools\":[],\"tool_choice\":\"required\"` | tool_choice | invalid_value | tools",
                "`\"tool_choice\":{}` | tool_choice.type | missing_required_parameter | required",
                "`\"tool_choice\":{\"type\":\"allowed_tools\"}` | tool_choice.type | unsupported_parameter | allowed_tools",
                "`\"tool_choice\":{\"type\":\"function\"}` | tool_choice.function | missing_required_parameter | required",
                "`\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":5}}` | tool_choice.function.name | invalid_type | a string",
                "`\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}` | tool_choice.function.name | invalid_value | g",
                "`\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\",\"x\":1}}` | tool_choice.function.x | unknown_parameter | x",
                "`\"parallel_tool_calls\":\"no\"` | parallel_tool_calls | invalid_type | true or false",
                "`\"functions\":[{\"name\":\"f\"}]` | functions | unsupported_parameter | 'tools'",
                "`\"function_call\":{\"name\":\"f\"}` | function_call | unsupported_parameter | 'tools'",
                "`\"response_format\":\"json_object\"` | response_format | invalid_type | an object",
                "`\"response_format\":{}` | response_format.type | missing_required_parameter | required",
                "`\"response_format\":{\"type\":5}` | response_format.type | invalid_type | a string",
                "`\"response_format\":{\"type\":\"xml\"}` | response_format.type | invalid_value | xml",
                "`\"response_format\":{\"type\":\"text\",\"x\":1}` | response_format.x | unknown_parameter | x",
                "`\"response_format\":{\"type\":\"json_object\",\"json_schema\":{}}` | response_format.json_schema | invalid_value | json_object",
                "`\"response_format\":{\"type\":\"json_schema\"}` | response_format.json_schema | missing_required_parameter | required",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":5}` | response_format.json_schema | invalid_type | an object",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{}}}` | response_format.json_schema.name | missing_required_parameter | required",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\",\"schema\":{}}}` | response_format.json_schema.name | invalid_value | a b",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\"}}` | response_format.json_schema.schema | missing_required_parameter | required",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":[]}}` | response_format.json_schema.schema | invalid_type | a list",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{},\"strict\":1}}` | response_format.json_schema.strict | invalid_type | true or false",
                "`\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{},\"x\":1}}` | response_format.json_schema.x | unknown_parameter | x"
            })
    void everythingWrong_namesFieldValueAndFix(String fields, String param, String code, String words) {
        String all = fields.startsWith("\"tool_choice\":{") ? TOOLS + "," + fields : fields;
        ApiError error = refusal(all);
        assertThat(error.status()).isEqualTo(400);
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).contains(param, words).hasSizeLessThan(400);
    }

    @Test
    void twoToolsOfOneName_areRefused() {
        ApiError error = refusal("\"tools\":[" + TOOL + "," + TOOL + "]");
        assertThat(error.param()).isEqualTo("tools[1].function.name");
        assertThat(error.message()).contains("is f, as another tool's is");
    }

    @Test
    void limits_areNamed() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i <= ToolDefinition.MAX_TOOLS; i++) {
            many.append(i == 0 ? "" : ",").append(TOOL.replace("\"f\"", "\"f" + i + "\""));
        }
        assertThat(refusal("\"tools\":[" + many + "]").message()).contains("has 129 entries; at most 128");
        String longest = "x".repeat(ToolDefinition.MAX_NAME);
        assertThat(with(TOOLS.replace("\"f\"", "\"" + longest + "\"")).tools()).hasSize(1);
        assertThat(refusal(TOOLS.replace("\"f\"", "\"" + longest + "x\"")).param())
                .isEqualTo(F + ".name");

        String deep = "{\"items\":".repeat(40) + "{}" + "}".repeat(40);
        ApiError tooDeep =
                refusal("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":"
                        + deep + "}}");
        assertThat(tooDeep.param()).isEqualTo("response_format.json_schema.schema");
        assertThat(tooDeep.message()).contains("deeper than 32");

        String wide = "{\"enum\":[" + "1,".repeat(JsonSchemas.MAX_VALUES) + "1]}";
        ApiError tooWide = refusal(TOOLS.replace("\"f\"", "\"f\",\"parameters\":" + wide));
        assertThat(tooWide.param()).isEqualTo(F + ".parameters");
        assertThat(tooWide.message()).contains("more than 20000 values");
    }

    @Test
    void aPrefix_cannotBecomeACall() {
        String messages = "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
                + "{\"role\":\"assistant\",\"content\":\"He\",\"prefix\":true}]," + TOOLS;
        ApiError error = catchThrowableOfType(
                        ApiException.class, () -> ChatRequest.parse(("{" + messages + "}").getBytes(UTF_8)))
                .error();
        assertThat(error.param()).isEqualTo("messages[1].prefix");
        assertThat(ChatRequest.parse(("{" + messages + ",\"tool_choice\":\"none\"}").getBytes(UTF_8))
                        .continueLast())
                .isTrue();
    }

    @Test
    void suffix_isText_besidePromptsThatAreTexts() {
        CompletionRequest request = completion("\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\"");
        assertThat(request.suffix()).isEqualTo("c");
        assertThat(request.prompts()).hasSize(2);
        assertThat(completion("\"prompt\":\"a\",\"suffix\":\"\"").suffix()).isEmpty();
        assertThat(completion("\"prompt\":\"a\",\"suffix\":null").suffix()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"prompt\":\"a\",\"suffix\":5` | suffix | invalid_type",
                "`\"prompt\":[1,2],\"suffix\":\"b\"` | prompt | invalid_value",
                "`\"suffix\":\"b\",\"prompt\":[[1],[2]]` | prompt[0] | invalid_value",
                "`\"prompt\":\"a\",\"suffix\":\"b\",\"echo\":true` | echo | invalid_value"
            })
    void suffix_thatDoesNotFit_isNamed(String fields, String param, String code) {
        ApiError error = catchThrowableOfType(ApiException.class, () -> completion(fields))
                .error();
        assertThat(error.param()).isEqualTo(param);
        assertThat(error.code()).isEqualTo(code);
    }

    @Test
    void theGatewaysOutline_countsToolsAndSuffixAsPrompt() {
        long bare = RequestOutline.scan(("{" + HI + "}").getBytes(UTF_8)).promptBytes();
        String tools = "[" + TOOL + "]";
        assertThat(RequestOutline.scan(("{" + HI + ",\"tools\":" + tools + "}").getBytes(UTF_8))
                        .promptBytes())
                .isEqualTo(bare + tools.length());
        assertThat(RequestOutline.scan("{\"prompt\":\"ab\",\"suffix\":\"c\"}".getBytes(UTF_8))
                        .promptBytes())
                .isEqualTo(7);
        assertThat(catchThrowableOfType(
                                ApiException.class,
                                () -> RequestOutline.scan("{\"tools\":[],\"tools\":[1]}".getBytes(UTF_8)))
                        .error()
                        .code())
                .isEqualTo("duplicate_parameter");
    }
}
