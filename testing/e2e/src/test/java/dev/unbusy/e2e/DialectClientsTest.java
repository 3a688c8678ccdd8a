package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolChoiceAny;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.StructuredResponseCreateParams;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The official clients of the other APIs: Anthropic's, OpenAI's Responses, Ollama's, against the real starter model and with
 * a key, which each of them sends in its own way.
 */
class DialectClientsTest {
    private static final String MODEL = "SmolLM2-135M-Instruct";
    private static final String PYTHON = "testing/e2e/src/test/python/";
    private static final String NODE = "testing/e2e/src/test/node/";
    private static final long BUDGET = 1_000_000_000;
    private static final List<String> CITIES = List.of("Paris", "Rome");
    private static final JsonObjectSchema SCHEMA = JsonObjectSchema.builder()
            .addEnumProperty("city", CITIES)
            .addBooleanProperty("tomorrow")
            .required("city", "tomorrow")
            .additionalProperties(false)
            .build();

    @RegisterExtension
    static final OwnService SERVICE = new OwnService();

    @SuppressWarnings("NullAway.Init")
    private static String key;

    @BeforeAll
    static void makeKey() throws Exception {
        Command.Result made = SERVICE.home()
                .unbusy("keys", "create", "--tenant", "acme", "--budget-tokens", Long.toString(BUDGET), "--json");
        assertThat(made.exitCode()).as(made.standardError()).isZero();
        key = RunningUnbusy.JSON.readTree(made.standardOutput()).path("key").asText();
    }

    private static String url() {
        return SERVICE.unbusy().url();
    }

    private static JsonNode python(String script) throws Exception {
        return ClientScript.at(url(), MODEL, RunningUnbusy.property("unbusy.test.python"), PYTHON + script, key);
    }

    private static JsonNode node(String script) throws Exception {
        return ClientScript.at(url(), MODEL, "node", NODE + script, key);
    }

    @Test
    void officialAnthropicClientForPython_talksStreamsCallsToolsAndIsToldWhatIsWrong() throws Exception {
        JsonNode seen = python("anthropic_client.py");
        assertThat(seen.at("/input/days").asInt()).isBetween(1, 14);
        assertThat(seen.at("/errors/bad temperature").asText()).contains("temperature");
        assertThat(seen.at("/errors/image").asText()).contains("messages[0].content[0]");
        // Claude Code makes its conversation shorter when it reads this.
        assertThat(seen.at("/errors/too long").asText()).startsWith("prompt is too long");
        for (JsonNode end : seen.path("stopped")) {
            assertThat(end.path(0).asText()).isEqualTo("stop_sequence");
            assertThat(end.path(1).asText()).isIn("e", "a", "i", "o");
        }
    }

    @Test
    void officialAnthropicClientForNode_talksStreamsAndCallsTools() throws Exception {
        JsonNode seen = node("anthropic_client.mjs");
        assertThat(seen.path("text").asText())
                .isNotBlank()
                .isEqualTo(seen.path("streamed").asText());
        assertThat(seen.at("/stopped/0").asText()).isEqualTo("stop_sequence");
        assertThat(seen.at("/stopped/1").asText()).isIn("e", "a", "i", "o");
    }

    @Test
    void officialOpenAiClientForPython_getsResponsesEventByEvent_andItsBalance() throws Exception {
        JsonNode seen = python("openai_responses.py");
        assertThat(seen.at("/weather/days").asInt()).isBetween(1, 14);
        assertThat(seen.at("/errors/unknown model/code").asText()).isEqualTo("model_not_found");
        assertThat(seen.at("/errors/too long/code").asText()).isEqualTo("context_length_exceeded");
        assertThat(seen.at("/errors/stored/message").asText()).contains("input");
        assertThat(seen.at("/balance/is_available").asBoolean()).isTrue();
        assertThat(seen.at("/balance/balance_infos/0/total_balance").asLong()).isBetween(BUDGET / 2, BUDGET - 1);
    }

    @Test
    void officialOpenAiClientForNode_getsResponsesAndCalls() throws Exception {
        JsonNode seen = node("openai_responses.mjs");
        assertThat(seen.path("text").asText()).isNotBlank();
        assertThat(seen.at("/arguments/city").asText()).isIn("Paris", "Rome");
    }

    @Test
    void officialOllamaClientForPython_chatsGeneratesAndSeesTheModels() throws Exception {
        JsonNode seen = python("ollama_client.py");
        assertThat(seen.path("text").asText()).isNotBlank();
        assertThat(seen.at("/errors/unknown model").asText()).contains("no-such-model");
        assertThat(seen.at("/errors/bad temperature").asText()).contains("temperature");
        assertThat(seen.at("/errors/too long").asText()).contains("context");
    }

    /** Read by the clients' own schema generators. */
    @SuppressWarnings("NullAway.Init")
    public static final class Weather {
        public enum City {
            PARIS,
            ROME
        }

        public City city;
        public boolean windy;
    }

    private static AnthropicClient anthropic(String apiKey) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(url() + "/anthropic")
                .apiKey(apiKey)
                .maxRetries(0)
                .build();
    }

    @Test
    void officialAnthropicClientForJava_talksStreamsAndCallsTools() {
        AnthropicClient client = anthropic(key);
        MessageCreateParams question = MessageCreateParams.builder()
                .model(MODEL)
                .system("You are brief.")
                .addUserMessage("What is the capital of Italy?")
                .maxTokens(24)
                // This version of the client has no parameter for it any more; the API has.
                .putAdditionalBodyProperty("temperature", JsonValue.from(0))
                .build();
        Message whole = client.messages().create(question);
        assertThat(text(whole)).isNotBlank();
        Message streamed = streamed(client, question);
        assertThat(text(streamed)).isEqualTo(text(whole));
        assertThat(streamed.stopReason()).isEqualTo(whole.stopReason());
        assertThat(streamed.usage().outputTokens())
                .isPositive()
                .isEqualTo(whole.usage().outputTokens());

        MessageCreateParams.Builder asked = MessageCreateParams.builder()
                .model(MODEL)
                .addUserMessage("How is the weather in Rome?")
                .maxTokens(100)
                .addTool(Tool.builder()
                        .name("get_weather")
                        .inputSchema(Tool.InputSchema.builder()
                                .properties(Tool.InputSchema.Properties.builder()
                                        .putAdditionalProperty("city", JsonValue.from(Map.of("enum", CITIES)))
                                        .build())
                                .addRequired("city")
                                .build())
                        .build());
        MessageCreateParams call = asked.toolChoice(
                        ToolChoiceAny.builder().disableParallelToolUse(true).build())
                .build();
        Message called = client.messages().create(call);
        for (Message message : List.of(called, streamed(client, call))) {
            assertThat(message.stopReason()).contains(StopReason.TOOL_USE);
            assertThat(use(message)._input().convert(Map.class).get("city")).isIn(CITIES);
        }
        Message answer = client.messages()
                .create(asked.addMessage(called)
                        .addUserMessageOfContentBlockParams(
                                List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                        .toolUseId(use(called).id())
                                        .content("sunny")
                                        .build())))
                        .build());
        assertThat(answer.stopReason()).isPresent();
        Weather weather = client.messages()
                .create(MessageCreateParams.builder()
                        .model(MODEL)
                        .addUserMessage("How is the weather?")
                        .maxTokens(100)
                        .outputConfig(Weather.class)
                        .build())
                .content()
                .getFirst()
                .asText()
                .text();
        assertThat(weather.city).isNotNull();

        assertThatThrownBy(() -> client.messages()
                        .create(question.toBuilder().model("no-such-model").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no-such-model");
        assertThatThrownBy(() -> anthropic("sk-wrong").messages().create(question))
                .isInstanceOf(UnauthorizedException.class);
        client.close();
    }

    private static Message streamed(AnthropicClient client, MessageCreateParams question) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (com.anthropic.core.http.StreamResponse<RawMessageStreamEvent> stream =
                client.messages().createStreaming(question)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    private static String text(Message message) {
        return message.content().getFirst().asText().text();
    }

    private static ToolUseBlock use(Message message) {
        return message.content().getFirst().asToolUse();
    }

    @Test
    void officialOpenAiClientForJava_getsResponsesOfItsClasses() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(url() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
        ResponseCreateParams question = ResponseCreateParams.builder()
                .model(MODEL)
                .input("Tell me about the weather in Rome.")
                .maxOutputTokens(8)
                .temperature(0)
                .build();
        Response whole = client.responses().create(question);
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (com.openai.core.http.StreamResponse<ResponseStreamEvent> stream =
                client.responses().createStreaming(question)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        Response streamed = accumulator.response();
        for (Response response : List.of(whole, streamed)) {
            assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
            assertThat(response.usage().orElseThrow().outputTokens()).isEqualTo(8);
        }
        assertThat(streamed.output().getFirst().asMessage().content())
                .isEqualTo(whole.output().getFirst().asMessage().content());

        StructuredResponseCreateParams<Weather> structured = ResponseCreateParams.builder()
                .model(MODEL)
                .input("Tell me about the weather in Rome.")
                .maxOutputTokens(100)
                .text(Weather.class)
                .build();
        Weather weather = client.responses()
                .create(structured)
                .output()
                .getFirst()
                .asMessage()
                .content()
                .getFirst()
                .asOutputText();
        assertThat(weather.city).isNotNull();
        client.close();
    }

    @Test
    void langChain4jWithAnthropic_chatsStreamsAndCallsTools() throws Exception {
        ChatModel model = AnthropicChatModel.builder()
                .baseUrl(url() + "/anthropic/v1")
                .apiKey(key)
                .modelName(MODEL)
                .temperature(0.0)
                .maxTokens(100)
                .maxRetries(0)
                .build();
        StreamingChatModel streaming = AnthropicStreamingChatModel.builder()
                .baseUrl(url() + "/anthropic/v1")
                .apiKey(key)
                .modelName(MODEL)
                .temperature(0.0)
                .maxTokens(100)
                .disableParallelToolUse(true)
                .build();
        sameWholeAndStreamed(model, streaming);
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("How is the weather in Rome?"))
                .toolSpecifications(ToolSpecification.builder()
                        .name("get_weather")
                        .description("The weather of a city")
                        .parameters(SCHEMA)
                        .build())
                .toolChoice(ToolChoice.REQUIRED)
                .build();
        ChatResponse called = StreamedChat.of(streaming, request);
        assertThat(called.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
        ToolExecutionRequest call = called.aiMessage().toolExecutionRequests().getFirst();
        assertThat(RunningUnbusy.JSON.readTree(call.arguments()).path("city").asText())
                .isIn(CITIES);
        String answer = model.chat(
                        UserMessage.from("How is the weather in Rome?"),
                        called.aiMessage(),
                        ToolExecutionResultMessage.from(call, "sunny"))
                .aiMessage()
                .text();
        assertThat(answer).isNotBlank();
    }

    @Test
    void langChain4jWithOllama_chatsStreamsAndReadsJson() throws Exception {
        Map<String, String> headers = Map.of("Authorization", "Bearer " + key);
        ChatModel model = OllamaChatModel.builder()
                .baseUrl(url())
                .customHeaders(headers)
                .modelName(MODEL)
                .temperature(0.0)
                .numPredict(100)
                .maxRetries(0)
                .build();
        sameWholeAndStreamed(
                model,
                OllamaStreamingChatModel.builder()
                        .baseUrl(url())
                        .customHeaders(headers)
                        .modelName(MODEL)
                        .temperature(0.0)
                        .numPredict(100)
                        .build());
        String json = model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Which city?"))
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(JsonSchema.builder()
                                        .name("question")
                                        .rootElement(SCHEMA)
                                        .build())
                                .build())
                        .build())
                .aiMessage()
                .text();
        assertThat(RunningUnbusy.JSON.readTree(json).get("tomorrow").isBoolean())
                .isTrue();
    }

    private static void sameWholeAndStreamed(ChatModel model, StreamingChatModel streaming) throws Exception {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("What is two plus two?"))
                .build();
        ChatResponse whole = model.chat(request);
        ChatResponse streamed = StreamedChat.of(streaming, request);
        assertThat(streamed.aiMessage().text())
                .isNotBlank()
                .isEqualTo(whole.aiMessage().text());
        assertThat(streamed.finishReason()).isNotNull().isEqualTo(whole.finishReason());
        assertThat(streamed.tokenUsage().outputTokenCount())
                .isPositive()
                .isEqualTo(whole.tokenUsage().outputTokenCount());
    }
}
