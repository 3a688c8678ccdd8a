package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonSchemaLocalValidation;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Structured output and tools as clients that are not ours use them, against the real starter model. */
class ToolClientsTest {
    private static final String MODEL = "SmolLM2-135M-Instruct";

    @SuppressWarnings("NullAway.Init")
    private static RunningUnbusy unbusy;

    @BeforeAll
    static void start() throws Exception {
        unbusy = RunningUnbusy.start();
    }

    @AfterAll
    static void stop() throws Exception {
        unbusy.close();
    }

    @Test
    void officialPythonClient_parsesAnswersAndCalls_andGoesRoundWithAResult() throws Exception {
        JsonNode seen = ClientScript.run(
                unbusy,
                MODEL,
                RunningUnbusy.property("unbusy.test.python"),
                "testing/e2e/src/test/python/openai_tools.py");
        assertThat(seen.at("/report/place/days").asInt()).isBetween(1, 14);
        assertThat(seen.at("/call/unit").asText()).isIn("celsius", "fahrenheit");
        assertThat(seen.at("/object").asText()).startsWith("{");
        assertThat(seen.at("/errors/schema/param").asText()).isEqualTo("response_format.json_schema.schema");
        assertThat(seen.at("/errors/schema/message").asText()).contains("uniqueItems");
        assertThat(seen.at("/errors/tool/param").asText()).isEqualTo("tools[0].function.parameters");
        assertThat(seen.at("/errors/suffix/param").asText()).isEqualTo("suffix");
    }

    @Test
    void officialNodeClient_runsToolsByItself() throws Exception {
        JsonNode seen = ClientScript.run(unbusy, MODEL, "node", "testing/e2e/src/test/node/openai_tools.mjs");
        assertThat(seen.at("/called/city").asText()).isIn("Paris", "Rome");
        assertThat(seen.at("/answered").asText()).isEqualTo("assistant");
    }

    /** Read by the client's own schema generator. */
    @SuppressWarnings("NullAway.Init")
    public static final class Weather {
        public enum Sky {
            SUNNY,
            CLOUDY
        }

        public Sky sky;
        public boolean windy;
    }

    /** A function as the client's own schema generator reads it. */
    @com.fasterxml.jackson.annotation.JsonClassDescription("The weather of a city")
    @SuppressWarnings("NullAway.Init")
    public static final class GetWeather {
        public enum City {
            PARIS,
            ROME
        }

        public City city;
    }

    @Test
    void officialJavaClient_getsObjectsOfItsClasses() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .maxRetries(0)
                .build();
        Weather weather = client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model(MODEL)
                        .addUserMessage("How is the weather?")
                        .maxCompletionTokens(100)
                        .responseFormat(Weather.class)
                        .build())
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();
        assertThat(weather.sky).isNotNull();

        ChatCompletionCreateParams.Builder asked = ChatCompletionCreateParams.builder()
                .model(MODEL)
                .addUserMessage("How is the weather in Rome?")
                .addTool(GetWeather.class, JsonSchemaLocalValidation.YES)
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .parallelToolCalls(false)
                .maxCompletionTokens(100);
        ChatCompletion whole = client.chat().completions().create(asked.build());
        assertThat(whole.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageFunctionToolCall call = whole.choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
        assertThat(call.function().arguments(GetWeather.class).city).isNotNull();
        ChatCompletion answer = client.chat()
                .completions()
                .create(asked.toolChoice(ChatCompletionToolChoiceOption.Auto.AUTO)
                        .addMessage(whole.choices().getFirst().message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("sunny")
                                .build())
                        .build());
        assertThat(answer.choices()).hasSize(1);
        client.close();
    }

    @Test
    void langChain4j_callsToolsStreamingAndNot_andReadsJson() throws Exception {
        JsonObjectSchema schema = JsonObjectSchema.builder()
                .addEnumProperty("city", List.of("Paris", "Rome"))
                .addBooleanProperty("tomorrow")
                .required("city", "tomorrow")
                .additionalProperties(false)
                .build();
        ToolSpecification tool = ToolSpecification.builder()
                .name("get_weather")
                .description("The weather of a city")
                .parameters(schema)
                .build();
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("How is the weather in Rome?"))
                .toolSpecifications(tool)
                .toolChoice(ToolChoice.REQUIRED)
                .build();
        OpenAiChatModel model = OpenAiChatModel.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .modelName(MODEL)
                .temperature(0.0)
                .maxTokens(120)
                .parallelToolCalls(false)
                .build();
        ChatResponse whole = model.chat(request);
        ChatResponse streamed = streamed(request);
        assertThat(whole.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        ToolExecutionRequest call = whole.aiMessage().toolExecutionRequests().getFirst();
        for (ChatResponse response : List.of(whole, streamed)) {
            String arguments =
                    response.aiMessage().toolExecutionRequests().getFirst().arguments();
            assertThat(RunningUnbusy.JSON.readTree(arguments).get("city").asText())
                    .isIn("Paris", "Rome");
        }
        AiMessage answer = model.chat(ChatRequest.builder()
                        .messages(
                                UserMessage.from("How is the weather in Rome?"),
                                whole.aiMessage(),
                                ToolExecutionResultMessage.from(call, "sunny"))
                        .build())
                .aiMessage();
        assertThat(answer.text()).isNotBlank();

        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("question")
                        .rootElement(schema)
                        .build())
                .build();
        String json = model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Which city?"))
                        .responseFormat(format)
                        .build())
                .aiMessage()
                .text();
        assertThat(RunningUnbusy.JSON.readTree(json).get("tomorrow").isBoolean())
                .isTrue();
    }

    private static ChatResponse streamed(ChatRequest request) throws Exception {
        return StreamedChat.of(
                OpenAiStreamingChatModel.builder()
                        .baseUrl(unbusy.url() + "/v1")
                        .apiKey("unused")
                        .modelName(MODEL)
                        .temperature(0.0)
                        .maxTokens(120)
                        .parallelToolCalls(false)
                        .build(),
                request);
    }
}
