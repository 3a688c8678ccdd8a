package dev.unbusy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** {@code unbusy restart} under load. */
class RollingRestartTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @Test
    void allWorkersAreStartedAgain_andNoRequestFails() throws Exception {
        try (Home home = new Home();
                RunningUnbusy unbusy = RunningUnbusy.start(home.environment(), "--workers", "2");
                ExecutorService clients = Executors.newFixedThreadPool(3)) {
            // The line "ready" comes with the first of them.
            Eventually.until("two ready ones", LIMIT, () -> pids(unbusy).size() == 2);
            Set<Long> before = pids(unbusy);
            AtomicBoolean enough = new AtomicBoolean();
            List<Future<Integer>> asked = new ArrayList<>();
            for (int client = 0; client < 3; client++) {
                boolean stream = client > 0;
                Callable<Integer> asks = () -> {
                    int answers = 0;
                    do {
                        HttpResponse<String> answer =
                                unbusy.send(unbusy.chat(RunningUnbusy.body("Tell a story.", 40, stream)));
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        assertThat(answer.body()).doesNotContain("\"error\"").contains(stream ? "[DONE]" : "usage");
                        answers++;
                    } while (!enough.get());
                    return answers;
                };
                asked.add(clients.submit(asks));
            }
            Command.Result restarted = home.unbusy("restart");
            enough.set(true);
            assertThat(restarted.exitCode()).as(restarted.standardError()).isZero();
            for (Future<Integer> answers : asked) {
                assertThat(answers.get()).isPositive();
            }
            Eventually.until("two ready ones", LIMIT, () -> pids(unbusy).size() == 2);
            assertThat(pids(unbusy)).doesNotContainAnyElementsOf(before);
        }
    }

    private static Set<Long> pids(RunningUnbusy unbusy) throws Exception {
        Set<Long> pids = new HashSet<>();
        for (JsonNode worker : unbusy.status().path("workers")) {
            if (worker.path("state").asText().equals("ready")) {
                pids.add(worker.path("pid").asLong());
            }
        }
        return pids;
    }
}
