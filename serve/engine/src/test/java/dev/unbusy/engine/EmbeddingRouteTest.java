package dev.unbusy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The route for embeddings over real sockets, with the real model. */
class EmbeddingRouteTest {
    private static final String ROUTE = "/v1/embeddings";
    private static Chats worker;

    @BeforeAll
    static void start() {
        worker = new Chats(RealModel.file(), RealModel.config(4, 512, 4096, 64));
    }

    @AfterAll
    static void stop() {
        worker.close();
    }

    private static JsonNode ask(String fields) {
        HttpResponse<String> answer = worker.post(ROUTE, Chats.json("{\"model\":\"starter\"," + fields + "}"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Chats.json(answer.body());
    }

    private static JsonNode refused(JsonNode request) {
        HttpResponse<String> answer = worker.post(ROUTE, request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return Chats.json(answer.body()).path("error");
    }

    private static float[] vector(JsonNode answer, int index) {
        JsonNode numbers = answer.path("data").path(index).path("embedding");
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.path(i).floatValue();
        }
        return vector;
    }

    private static ArrayNode ids(String text) {
        ArrayNode ids = Chats.MAPPER.createArrayNode();
        for (int id : RealModel.shared().vocab().tokenize(text, true, true)) {
            ids.add(id);
        }
        return ids;
    }

    @Test
    void texts_areAnsweredAsOpenAIDoes() {
        JsonNode answer = ask("\"input\":[\"one\",\"two words\",\"one\"],\"user\":\"u\",\"dimensions\":576");
        assertThat(answer.path("object").asText()).isEqualTo("list");
        assertThat(answer.path("model").asText()).isEqualTo("starter");
        assertThat(answer.path("data")).hasSize(3);
        assertThat(answer.path("data").path(1).path("index").asInt()).isEqualTo(1);
        int tokens = 2 * ids("one").size() + ids("two words").size();
        assertThat(answer.path("usage").path("prompt_tokens").asInt()).isEqualTo(tokens);
        assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(tokens);
        assertThat(Vectors.apart(vector(answer, 0), vector(answer, 2))).isLessThan(1e-4);
        assertThat(Vectors.apart(vector(answer, 0), vector(answer, 1))).isGreaterThan(1e-2);
    }

    @Test
    void tokenIds_giveWhatTheirTextGives_inEveryForm() {
        String text = "The capital of France is Paris.";
        float[] expected = vector(ask("\"input\":\"" + text + "\""), 0);
        assertThat(Vectors.apart(vector(ask("\"input\":" + ids(text)), 0), expected))
                .isLessThan(1e-4);
        JsonNode two = ask("\"input\":[" + ids("else") + "," + ids(text) + "]");
        assertThat(Vectors.apart(vector(two, 1), expected)).isLessThan(1e-4);
    }

    @Test
    void base64_holdsTheSameNumbers() {
        float[] expected = vector(ask("\"input\":\"hello\""), 0);
        String packed = ask("\"input\":\"hello\",\"encoding_format\":\"base64\"")
                .path("data")
                .path(0)
                .path("embedding")
                .asText();
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(packed)).order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(floats);
        assertThat(Vectors.apart(floats, expected)).isLessThan(1e-6);
    }

    @Test
    void whatDoesNotFit_isRefusedByName() {
        ObjectNode request = (ObjectNode) Chats.json("{\"model\":\"starter\",\"input\":[\"a\",\"b\",\"c\"]}");
        ((ArrayNode) request.path("input")).add("word ".repeat(600));
        JsonNode tooLong = refused(request);
        assertThat(tooLong.path("param").asText()).isEqualTo("input[3]");
        assertThat(tooLong.path("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(tooLong.path("message").asText()).contains("511");

        JsonNode noToken = refused(Chats.json("{\"model\":\"starter\",\"input\":[[1],[2,9999999]]}"));
        assertThat(noToken.path("param").asText()).isEqualTo("input[1][1]");
        JsonNode shorter = refused(Chats.json("{\"model\":\"starter\",\"input\":\"a\",\"dimensions\":64}"));
        assertThat(shorter.path("param").asText()).isEqualTo("dimensions");
        assertThat(shorter.path("message").asText()).contains("576");
        JsonNode alone = refused(Chats.json("{\"model\":\"starter\",\"input\":\"" + "word ".repeat(600) + "\"}"));
        assertThat(alone.path("param").asText()).isEqualTo("input");
    }

    @Test
    void textAsLongAsTheContextLeaves_isTaken() {
        ArrayNode ids = Chats.MAPPER.createArrayNode();
        for (int i = 0; i < 511; i++) {
            ids.add(1_000 + i);
        }
        assertThat(vector(ask("\"input\":" + ids), 0)).hasSize(576);
    }

    @Test
    void moreTextsThanWait_areTakenAsOneRequest() {
        ArrayNode texts = Chats.MAPPER.createArrayNode();
        for (int i = 0; i < 150; i++) {
            texts.add("number " + i);
        }
        assertThat(ask("\"input\":" + texts).path("data")).hasSize(150);
    }
}
