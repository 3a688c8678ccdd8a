package dev.unbusy.gateway;

import static dev.unbusy.gateway.WithKeys.limits;
import static dev.unbusy.gateway.WithKeys.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.ledger.KeyLimits;
import dev.unbusy.ledger.TenantRecord;
import dev.unbusy.ledger.UsageQuery;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuotasTest {
    @TempDir
    private Path directory;

    private static String code(HttpResponse<String> answer) throws Exception {
        return Running.error(answer.body()).path("code").asText();
    }

    private static long header(HttpResponse<String> answer, String name) {
        return Long.parseLong(answer.headers().firstValue(name).orElse("-1"));
    }

    @Test
    void requestsAMinute_areToldInHeaders_andTheNextOneIsRefusedWithTheTruth() throws Exception {
        try (WithKeys all = new WithKeys(directory)) {
            String key = all.key(spec("acme", limits(2, 0, 0), 0));
            HttpResponse<String> first = all.running.send(all.chat(key));
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo(2);
            assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo(1);
            assertThat(first.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
            assertThat(all.running.send(all.chat(key)).statusCode()).isEqualTo(200);
            HttpResponse<String> third = all.running.send(all.chat(key));
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(code(third)).isEqualTo("rate_limit_exceeded");
            assertThat(header(third, "retry-after")).as("one comes every 30 s").isBetween(1L, 30L);
            assertThat(header(third, "x-ratelimit-remaining-requests")).isZero();
            assertThat(all.worker.calls()).isEqualTo(2);
        }
    }

    @Test
    void whatIsRefused_takesNothingFromAnyScope() throws Exception {
        try (WithKeys all = new WithKeys(directory)) {
            all.ledger.setTenant(new TenantRecord("acme", limits(3, 0, 0), 1), "local");
            String narrow = all.key(spec("acme", limits(1, 0, 0), 0));
            String wide = all.key(spec("acme", KeyLimits.NONE, 0));
            assertThat(all.running.send(all.chat(narrow)).statusCode()).isEqualTo(200);
            for (int i = 0; i < 10; i++) {
                assertThat(all.running.send(all.chat(narrow)).statusCode()).isEqualTo(429);
            }
            assertThat(all.running.send(all.chat(wide)).statusCode()).isEqualTo(200);
            assertThat(all.running.send(all.chat(wide)).statusCode()).isEqualTo(200);
            assertThat(all.running.send(all.chat(wide)).statusCode())
                    .as("the tenant's three are used by both its keys")
                    .isEqualTo(429);
        }
    }

    @Test
    void manyAtOnce_neverExceedTheConcurrency_byOne() throws Exception {
        try (WithKeys all = new WithKeys(directory, Running.with(Map.of("eventLoops", 4)))) {
            String key = all.key(spec("acme", limits(0, 0, 5), 0));
            all.worker.usually(call -> {
                call.hold();
                call.json(200, FakeWorker.completion("hello"));
            });
            CountDownLatch refused = new CountDownLatch(195);
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(all.running.sendAsync(all.chat(key)).whenComplete((answer, failure) -> {
                    if (answer != null && answer.statusCode() == 429) {
                        refused.countDown();
                    }
                }));
            }
            List<FakeWorker.Call> inside = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                inside.add(all.worker.call());
            }
            assertThat(refused.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(all.worker.calls()).as("a sixth one").isZero();
            inside.forEach(FakeWorker.Call::go);
            int admitted = 0;
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                admitted += answer.get().statusCode() == 200 ? 1 : 0;
            }
            assertThat(admitted).isEqualTo(5);
        }
    }

    @Test
    void aModelsLimit_holdsForAllCallersTogether() throws Exception {
        GatewayConfig config = Running.with(Map.of("modelRequestsPerMinute", Map.of(FakeWorker.MODEL, "1")));
        try (WithKeys all = new WithKeys(directory, config)) {
            assertThat(all.running.send(all.running.chat(false)).statusCode()).isEqualTo(200);
            HttpResponse<String> second = all.running.send(all.running.chat(false));
            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(Running.error(second.body()).path("message").asText()).contains(FakeWorker.MODEL);
        }
    }

    @Test
    void tokens_areSettledByWhatWasUsed_andAnAbortedRequestPaysForWhatRan() throws Exception {
        try (WithKeys all = new WithKeys(directory)) {
            String key = all.key(spec("acme", limits(0, 10_000, 0), 0));
            HttpResponse<String> first = all.running.send(all.chat(key));
            assertThat(header(first, "x-ratelimit-remaining-tokens"))
                    .as("an answer of 256 tokens is expected")
                    .isBetween(9_500L, 9_750L);
            all.worker.then(call -> {
                call.startEvents();
                for (int i = 0; i < 20; i++) {
                    call.event(FakeWorker.delta("x" + i + "."));
                }
                call.awaitHangUp();
            });
            try (RawClient client = new RawClient(all.running.gateway)) {
                String body = Running.body(true);
                client.send("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer " + key
                        + "\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
                client.readUntil("x19.");
            }
            all.worker.call();
            all.worker.call().hungUp();
            all.running.untilRunning(running -> running == 0);
            var rows = all.ledger.usage(UsageQuery.all()).rows();
            assertThat(rows).hasSize(2);
            assertThat(rows.get(0).outcome()).isEqualTo("client_left");
            assertThat(rows.get(0).completionTokens()).isEqualTo(20);
            assertThat(rows.get(0).promptTokens()).isPositive();
            assertThat(rows.get(1).outcome()).isEqualTo("completed");
            assertThat(rows.get(1).promptTokens()).isEqualTo(7);
            assertThat(rows.get(1).cachedTokens()).isEqualTo(3);
            assertThat(rows.get(1).tenant()).isEqualTo("acme");
            assertThat(rows.get(1).worker()).isEqualTo("a");
            HttpResponse<String> third = all.running.send(all.chat(key));
            long usedNow = 10_000 - header(third, "x-ratelimit-remaining-tokens");
            assertThat(usedNow)
                    .as("little was used, and one answer is expected")
                    .isLessThan(400);
        }
    }
}
