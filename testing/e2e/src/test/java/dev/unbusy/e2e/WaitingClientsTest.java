package dev.unbusy.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The official clients read over the signs of life that a gateway gives while requests wait, here for a worker that does one
 * at a time and is held by somebody else's long answer.
 */
class WaitingClientsTest {
    private static final String MODEL = "SmolLM2-135M-Instruct";
    private static final Duration SOON = Duration.ofSeconds(30);
    /** On a slow machine all of them together may be expected to take longer than the usual ten minutes. */
    private static final String EAGER = "worker: {threads: 1, parallel_sequences: 1}\n"
            + "gateway: {keep_alive_after_millis: 1, keep_alive_interval_millis: 1, deadline_millis: 3600000}\n";

    @SuppressWarnings("NullAway.Init")
    private static RunningUnbusy unbusy;

    @BeforeAll
    static void start() throws Exception {
        unbusy = RunningUnbusy.configured(EAGER, Map.of(), "--ctx", "2048");
    }

    @AfterAll
    static void stop() throws Exception {
        unbusy.close();
    }

    @Test
    void officialPythonClients_waitWithoutNoticing_andAreToldOfErrorsThatComeLate() throws Exception {
        JsonNode seen = ClientScript.at(
                unbusy.url(),
                MODEL,
                RunningUnbusy.property("unbusy.test.python"),
                "testing/e2e/src/test/python/waiting_clients.py");
        assertThat(seen.path("messages_error").asText()).startsWith("prompt is too long");
        assertThat(seen.path("chat_error").asText()).isEqualTo("context_length_exceeded");
        assertThat(seen.path("responses_error").asText()).isEqualTo("context_length_exceeded");
        assertThat(seen.path("lines_error").asText()).contains("context");
    }

    @Test
    void clientsForJava_waitWithoutNoticing() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients;
            try (BufferedReader holding = stream("Tell a long story.", 1_900)) {
                String begin = holding.readLine();
                while (!begin.startsWith("data:")) {
                    begin = holding.readLine();
                }
                clients = List.of(
                        threads.submit(WaitingClientsTest::anthropic),
                        threads.submit(WaitingClientsTest::langChain4jWithOllama),
                        threads.submit(WaitingClientsTest::responses));
                Eventually.until("the clients' requests", SOON, () -> underWay() > clients.size());
                // Whoever came before this one has had as many signs.
                try (BufferedReader last = stream("Hello", 1)) {
                    for (int signs = 0; signs < 3; ) {
                        signs += last.readLine().startsWith(":") ? 1 : 0;
                    }
                }
            }
            for (Future<?> client : clients) {
                client.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static BufferedReader stream(String prompt, int maxTokens) throws Exception {
        String body = RunningUnbusy.body(prompt, maxTokens, true).replaceFirst("\\{", "{\"ignore_eos\":true,");
        InputStream answer = unbusy.http()
                .send(unbusy.chat(body), HttpResponse.BodyHandlers.ofInputStream())
                .body();
        return new BufferedReader(new InputStreamReader(answer, UTF_8));
    }

    private static int underWay() throws Exception {
        JsonNode gateway = unbusy.status().path("gateway");
        return gateway.path("queued").asInt() + gateway.path("running").asInt();
    }

    private static void anthropic() {
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .baseUrl(unbusy.url() + "/anthropic")
                .apiKey("unused")
                .maxRetries(0)
                .build();
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (com.anthropic.core.http.StreamResponse<RawMessageStreamEvent> stream = client.messages()
                .createStreaming(MessageCreateParams.builder()
                        .model(MODEL)
                        .addUserMessage("Hello")
                        .maxTokens(4)
                        .build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        assertThat(accumulator.message().stopReason().orElseThrow()).isIn(StopReason.MAX_TOKENS, StopReason.END_TURN);
        client.close();
    }

    private static void responses() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .maxRetries(0)
                .build();
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses()
                .createStreaming(ResponseCreateParams.builder()
                        .model(MODEL)
                        .input("Hello")
                        .maxOutputTokens(4)
                        .build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        assertThat(accumulator.response().status().orElseThrow())
                .isIn(ResponseStatus.INCOMPLETE, ResponseStatus.COMPLETED);
        client.close();
    }

    private static ChatResponse langChain4jWithOllama() throws Exception {
        OllamaStreamingChatModel model = OllamaStreamingChatModel.builder()
                .baseUrl(unbusy.url())
                .modelName(MODEL)
                .numPredict(4)
                .build();
        ChatResponse answer = StreamedChat.of(
                model, ChatRequest.builder().messages(UserMessage.from("Hello")).build());
        assertThat(answer.finishReason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        return answer;
    }
}
