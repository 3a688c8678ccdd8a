package dev.unbusy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What can be learnt of a request afterwards, and while it runs. */
class WhyTest extends TwoWorkers {
    @Test
    void aLostWorker_isInTheStory_withItsReplacement() throws Exception {
        running.backends.remove("w1");
        worker.then(FakeWorker.Call::cut);
        CompletableFuture<HttpResponse<String>> answer =
                running.sendAsync(running.chat(false, "x-request-id", "story"));
        worker.call();
        running.backends.setState("w0", Backend.State.STARTING, "restarting");
        running.untilQueued(count -> count == 1);
        assertThat(what("story")).containsExactly("arrived", "placed", "lost", "retried", "waits");
        running.with(other, Backend.State.READY);
        assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);

        JsonNode why = running.json("/admin/v1/requests/story");
        assertThat(why.path("requestId").asText()).isEqualTo("story");
        assertThat(why.path("queuedMs").isIntegralNumber()).isTrue();
        assertThat(what("story"))
                .containsExactly("arrived", "placed", "lost", "retried", "waits", "placed", "first_byte", "ended");
        JsonNode events = why.path("events");
        assertThat(events.get(0).path("reason").asText()).startsWith("chat for ");
        assertThat(events.get(1).path("worker").asText()).isEqualTo("w0");
        assertThat(events.get(1).path("reason").asText()).isEqualTo("only_ready");
        assertThat(events.get(2).path("reason").asText()).startsWith("closed: ");
        assertThat(events.get(5).path("worker").asText()).isEqualTo("w1");
        assertThat(events.get(7).path("reason").asText()).isEqualTo("completed, status 200");
    }

    @Test
    void whoIsRefused_canLearnWhy() throws Exception {
        running.backends.setState("w0", Backend.State.STARTING, "");
        assertThat(running.send(running.chat(false, "x-request-id", "late", "x-unbusy-deadline-ms", "20"))
                        .statusCode())
                .isEqualTo(429);
        JsonNode events = running.json("/admin/v1/requests/late").path("events");
        assertThat(events.get(events.size() - 1).path("reason").asText())
                .isEqualTo("deadline (deadline_exceeded), status 429");
        assertThat(what("late")).containsExactly("arrived", "waits", "ended");
    }

    @Test
    void anUnknownId_isSaidSo_withTheBounds() throws Exception {
        HttpResponse<String> response = running.get("/admin/v1/requests/nobody");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(Running.error(response.body()).path("message").asText())
                .contains("\"nobody\"", "why_requests", "why_minutes");
    }

    @Test
    void theBook_isBoundedInNumber_andInTimeForThoseThatHaveEnded() {
        WhyBook book = new WhyBook(3, 1_000);
        Why runs = book.open("runs", 0);
        book.open("ended", 10).add(20, Why.What.ENDED, "completed", null);
        assertThat(book.find("ended", 1_010)).isNotNull();
        assertThat(book.find("ended", 5_000))
                .as("an old one in front of it still runs")
                .isNotNull();
        runs.add(5_001, Why.What.ENDED, "completed", null);
        assertThat(book.find("runs", 5_002)).isNull();
        assertThat(book.size()).isZero();

        for (int i = 0; i < 10; i++) {
            book.open("r" + i, 6_000 + i);
        }
        assertThat(book.size()).isEqualTo(3);
        assertThat(book.find("r6", 6_010)).isNull();
        assertThat(book.find("r7", 6_010)).isNotNull();
        book.open("r7", 6_020);
        assertThat(book.size()).as("the same id again takes its place").isEqualTo(3);
    }

    @Test
    void aVeryLongStory_keepsItsEnds() {
        Why why = new Why("long", 0);
        for (int i = 0; i < 1_000; i++) {
            why.add(i * 1_000_000L, Why.What.RETRIED, "n" + i, null);
        }
        Why.Story story = why.story(0);
        assertThat(story.events()).hasSize(2 * Why.KEPT_AT_EACH_END);
        assertThat(story.events().getFirst().reason()).isEqualTo("n0");
        assertThat(story.events().getLast().reason()).isEqualTo("n999");
        assertThat(story.omitted()).isEqualTo(1_000 - 2 * Why.KEPT_AT_EACH_END);
    }

    private List<String> what(String requestId) throws Exception {
        List<String> words = new ArrayList<>();
        running.json("/admin/v1/requests/" + requestId)
                .path("events")
                .forEach(event -> words.add(event.path("what").asText()));
        return words;
    }
}
