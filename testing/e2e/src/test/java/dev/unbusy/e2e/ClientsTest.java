package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.store.embedding.CosineSimilarity;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that are not ours, streaming and not, against the real starter model. */
class ClientsTest {
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
    void officialPythonClient_chatsCompletesAndIsToldWhatIsWrong() throws Exception {
        JsonNode seen = ClientScript.run(
                unbusy,
                MODEL,
                RunningUnbusy.property("unbusy.test.python"),
                "testing/e2e/src/test/python/openai_client.py");
        assertThat(seen.path("models").get(0).asText()).isEqualTo(MODEL);
        assertThat(seen.path("chat").asText())
                .contains("Paris")
                .isEqualTo(seen.path("streamed").asText());
        assertThat(seen.path("completion").asText())
                .isEqualTo(seen.path("completionStreamed").asText());
        assertThat(seen.path("choices").asInt()).isEqualTo(3);
        JsonNode usage = seen.path("usage");
        assertThat(usage.path("completion_tokens"))
                .isEqualTo(seen.path("streamUsage").path("completion_tokens"));
        assertThat(usage.path("prompt_tokens"))
                .isEqualTo(seen.path("streamUsage").path("prompt_tokens"));
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(usage.path("prompt_tokens").asInt()
                        + usage.path("completion_tokens").asInt());
        JsonNode errors = seen.path("errors");
        assertThat(errors.path("unknown model").path("status").asInt()).isEqualTo(404);
        assertThat(errors.path("unknown model").path("code").asText()).isEqualTo("model_not_found");
        assertThat(errors.path("bad temperature").path("status").asInt()).isEqualTo(400);
        assertThat(errors.path("bad temperature").path("param").asText()).isEqualTo("temperature");
        assertThat(errors.path("too long").path("status").asInt()).isEqualTo(400);
        assertThat(errors.path("too long").path("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(errors.path("text too long").path("status").asInt()).isEqualTo(400);
        assertThat(errors.path("text too long").path("param").asText()).isEqualTo("input[1]");
        JsonNode embeddings = seen.path("embeddings");
        assertThat(embeddings.path("length").asInt()).isEqualTo(576);
        assertThat(embeddings.path("norm").asDouble()).isBetween(0.999, 1.001);
        assertThat(embeddings.path("near").asDouble())
                .isGreaterThan(embeddings.path("far").asDouble() + 0.1);
    }

    @Test
    void officialNodeClient_chatsCompletesAndMayLeaveInMidStream() throws Exception {
        JsonNode seen = ClientScript.run(unbusy, MODEL, "node", "testing/e2e/src/test/node/openai_client.mjs");
        assertThat(seen.path("models").get(0).asText()).isEqualTo(MODEL);
        assertThat(seen.path("chat").asText())
                .isNotBlank()
                .isEqualTo(seen.path("streamed").asText());
        assertThat(seen.path("completion").asText())
                .isEqualTo(seen.path("completionStreamed").asText());
    }

    @Test
    void officialJavaClient_chatsAndCompletes() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .maxRetries(0)
                .build();
        ChatCompletionCreateParams question = ChatCompletionCreateParams.builder()
                .model(MODEL)
                .addUserMessage("What is the capital of Italy?")
                .maxCompletionTokens(24)
                .temperature(0)
                .build();
        ChatCompletion whole = client.chat().completions().create(question);
        String answer = whole.choices().get(0).message().content().orElseThrow();
        assertThat(answer).isNotBlank();
        StringBuilder streamed = new StringBuilder();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(question)) {
            stream.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .forEach(choice -> choice.delta().content().ifPresent(streamed::append));
        }
        assertThat(streamed).hasToString(answer);
        assertThat(client.completions()
                        .create(CompletionCreateParams.builder()
                                .model(MODEL)
                                .prompt("One, two,")
                                .maxTokens(4)
                                .build())
                        .choices())
                .hasSize(1);
        assertThat(client.embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model(MODEL)
                                .inputOfArrayOfStrings(List.of("One text.", "Another one."))
                                .build())
                        .data())
                .extracting(one -> one.embedding().size())
                .containsExactly(576, 576);
        client.close();
    }

    @Test
    void langChain4j_embeds() {
        EmbeddingModel model = OpenAiEmbeddingModel.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .modelName(MODEL)
                .build();
        List<Embedding> embeddings = model.embedAll(List.of(
                        TextSegment.from("A cat sat on the mat."),
                        TextSegment.from("A cat was sitting on a rug."),
                        TextSegment.from("Revenue fell in the last quarter.")))
                .content();
        assertThat(CosineSimilarity.between(embeddings.get(0), embeddings.get(1)))
                .isGreaterThan(CosineSimilarity.between(embeddings.get(0), embeddings.get(2)) + 0.1);
    }

    @Test
    void langChain4j_chatsStreamingAndNot() throws Exception {
        String answer = OpenAiChatModel.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .modelName(MODEL)
                .temperature(0.0)
                .maxTokens(16)
                .build()
                .chat("What is two plus two?");
        CompletableFuture<ChatResponse> end = new CompletableFuture<>();
        StringBuilder streamed = new StringBuilder();
        OpenAiStreamingChatModel.builder()
                .baseUrl(unbusy.url() + "/v1")
                .apiKey("unused")
                .modelName(MODEL)
                .temperature(0.0)
                .maxTokens(16)
                .build()
                .chat("What is two plus two?", new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String part) {
                        streamed.append(part);
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        end.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        end.completeExceptionally(error);
                    }
                });
        ChatResponse response = end.get(60, TimeUnit.SECONDS);
        assertThat(answer).isNotBlank().isEqualTo(streamed.toString());
        assertThat(response.tokenUsage().outputTokenCount()).isPositive();
    }
}
