package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that do not mark their streams: another one goes on behind the text. */
class GoingOnByTextTest {
    private final Running running = new Running();
    private FakeWorker first;
    private FakeWorker second;

    @BeforeEach
    void open() throws Exception {
        first = new FakeWorker("a");
        second = new FakeWorker("b");
    }

    @AfterEach
    void close() throws Exception {
        running.close();
        first.close();
        second.close();
    }

    private void serve(FakeWorker worker, Prefill prefill) {
        Backend plain = worker.backend(Backend.State.READY);
        running.backends.put(new Backend(
                plain.id(),
                plain.uri(),
                plain.models(),
                plain.state(),
                plain.reason(),
                prefill,
                new BackendAccess(null, null)));
    }

    private static void dies(FakeWorker.Call call) throws Exception {
        call.startEvents();
        call.event(FakeWorker.delta("Once "));
        call.event(FakeWorker.delta("upon"));
        call.cut();
    }

    private static void goesOn(FakeWorker.Call call) throws Exception {
        call.startEvents();
        call.event("{\"id\":\"other\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}");
        call.event("{\"id\":\"other\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Once upon a\"}}]}");
        call.event("{\"id\":\"other\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" time\"}}]}");
        call.event("{\"id\":\"other\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        call.event("{\"id\":\"other\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}");
        call.endEvents();
    }

    private static String text(String stream) throws Exception {
        StringBuilder text = new StringBuilder();
        for (String event : stream.split("\n\n")) {
            if (event.startsWith("data: {")) {
                JsonNode chunk = Running.JSON.readTree(event.substring(6));
                assertThat(chunk.path("id").asText()).isEqualTo("c");
                text.append(chunk.at("/choices/0/delta/content").asText(""));
            }
        }
        return text.toString();
    }

    @Test
    void aServerLostInMidStream_isNotNoticed_whereAnotherCanGoOn() throws Exception {
        serve(first, Prefill.LAST_MESSAGE);
        first.then(GoingOnByTextTest::dies);
        var answer = running.sendAsync(running.chat(true));
        first.call();
        second.usually(GoingOnByTextTest::goesOn);
        serve(second, Prefill.LAST_MESSAGE);
        HttpResponse<String> seen = answer.get();
        assertThat(text(seen.body())).isEqualTo("Once upon a time");
        assertThat(seen.body()).contains("[DONE]").doesNotContain("error").containsOnlyOnce("usage");
        JsonNode asked = Running.JSON.readTree(second.call().body);
        assertThat(asked.path("model").asText()).isEqualTo(FakeWorker.MODEL);
        JsonNode messages = asked.path("messages");
        assertThat(messages.path(messages.size() - 1).path("content").asText()).isEqualTo("Once upon");
        assertThat(first.cuts()).isEqualTo(1);
        running.untilRunning(count -> count == 0);
        assertThat(running.usage.ended.getFirst().continued()).isEqualTo(1);
        assertThat(running.usage.ended.getFirst().completionTokens()).isEqualTo(4);
        assertThat(running.usage.ended.getFirst().promptTokens()).isEqualTo(7);
    }

    /** An alias of ours means nothing to vLLM; our workers repeat the name that the client knows. */
    @Test
    void aServerIsAskedForTheModelsId_andOurWorkerForWhatTheClientWrote() throws Exception {
        String body =
                "{\"stream\":false, \"model\" : \"start\\u0065r\",\"messages\":[{\"role\":\"user\",\"content\":\"starter 你\"}]}";
        serve(first, Prefill.NOT_KNOWN);
        assertThat(running.send(running.post("/v1/chat/completions", body)).statusCode())
                .isEqualTo(200);
        assertThat(first.call().body).isEqualTo(body.replace("start\\u0065r", FakeWorker.MODEL));
        String byId = body.replace("start\\u0065r", FakeWorker.MODEL);
        running.send(running.post("/v1/chat/completions", byId));
        assertThat(first.call().body).isEqualTo(byId);
        running.backends.remove("a");
        serve(second, Prefill.PREFIX);
        running.send(running.post("/v1/chat/completions", body));
        assertThat(second.call().body).isEqualTo(body);
    }

    @Test
    void aServerOfWhichNobodyKnowsHow_isNotAskedToGoOn() throws Exception {
        serve(first, Prefill.NOT_KNOWN);
        first.then(GoingOnByTextTest::dies);
        HttpResponse<String> seen = running.send(running.chat(true));
        assertThat(seen.body()).contains("worker_lost").doesNotContain("[DONE]");
    }

    @Test
    void plainCompletions_goOnAnywhere() throws Exception {
        serve(first, Prefill.NOT_KNOWN);
        first.then(call -> {
            call.startEvents();
            call.event("{\"id\":\"c\",\"choices\":[{\"index\":0,\"text\":\"Once \"}]}");
            call.cut();
        });
        var answer = running.sendAsync(
                running.post("/v1/completions", "{\"model\":\"starter\",\"prompt\":\"Say: \",\"stream\":true}"));
        first.call();
        second.usually(call -> {
            call.startEvents();
            call.event("{\"id\":\"d\",\"choices\":[{\"index\":0,\"text\":\"upon\",\"finish_reason\":\"stop\"}]}");
            call.endEvents();
        });
        serve(second, Prefill.NOT_KNOWN);
        assertThat(answer.get().body())
                .contains("\"Once \"")
                .contains("\"upon\"")
                .contains("[DONE]");
        assertThat(Running.JSON.readTree(second.call().body).path("prompt").asText())
                .isEqualTo("Say: Once ");
    }
}
