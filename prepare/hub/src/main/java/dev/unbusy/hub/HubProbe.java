package dev.unbusy.hub;

import dev.unbusy.catalog.JsonObject;
import dev.unbusy.text.Text;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks both hubs at once whether they answer. A hub counts as reached when it gives the file list of a well-known model in
 * its own format, or says in JSON that it does not have it (a private mirror): a captive portal does neither.
 */
final class HubProbe {
    private static final String KNOWN_MODEL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";
    private static final int MOST_BYTES = 4 << 20;
    /** Once one hub has answered, the other gets this much longer: a blocked one would take the whole limit. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Endpoints endpoints;
    private final HubTokens tokens;
    private final Map<String, String> environment;
    private final Duration limit;

    HubProbe(Endpoints endpoints, HubTokens tokens, Map<String, String> environment, Duration limit) {
        this.endpoints = endpoints;
        this.tokens = tokens;
        this.environment = environment;
        this.limit = limit;
    }

    private record Answer(ModelReference.Hub hub, @Nullable Text failure) {}

    /** Returns when both have answered, a second after the first that does, and after the limit at the latest. */
    HubReachability probe() {
        BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(2);
        long startNanos = System.nanoTime();
        long deadlineNanos = startNanos + limit.toNanos();
        Map<ModelReference.Hub, Text> seen = new EnumMap<>(ModelReference.Hub.class);
        Map<ModelReference.Hub, Boolean> reached = new EnumMap<>(ModelReference.Hub.class);
        try (HubHttp http = new HubHttp(tokens, environment, limit, limit)) {
            for (ModelReference.Hub hub : ModelReference.Hub.values()) {
                Thread.ofVirtual().name("hub-probe-" + hub).start(() -> answers.add(ask(http, hub)));
            }
            while (seen.size() < 2) {
                Answer answer = answers.poll(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (answer == null) {
                    break;
                }
                reached.put(answer.hub(), answer.failure() == null);
                if (answer.failure() == null) {
                    deadlineNanos = Math.min(deadlineNanos, System.nanoTime() + GRACE.toNanos());
                }
                seen.put(answer.hub(), answer.failure() == null ? Text.of("answers", "可用") : answer.failure());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Text silent = Text.of(
                "no answer within %.1f s", "%.1f 秒内无应答", (System.nanoTime() - startNanos) / (double) NANOS_PER_SECOND);
        return new HubReachability(
                reached.getOrDefault(ModelReference.Hub.HUGGING_FACE, false),
                reached.getOrDefault(ModelReference.Hub.MODELSCOPE, false),
                Text.of(
                        "Hubs asked: Hugging Face at %s: %s; ModelScope at %s: %s.",
                        "已尝试的模型仓库：Hugging Face（%s）：%s；ModelScope（%s）：%s。",
                        endpoints.huggingFace(),
                        seen.getOrDefault(ModelReference.Hub.HUGGING_FACE, silent),
                        endpoints.modelScope(),
                        seen.getOrDefault(ModelReference.Hub.MODELSCOPE, silent)));
    }

    private Answer ask(HubHttp http, ModelReference.Hub hub) {
        HubProtocol protocol = HubProtocol.of(hub, endpoints);
        URI uri = protocol.listing(KNOWN_MODEL, protocol.standardRevision());
        try (HubHttp.Reply reply = http.get(uri, Map.of("Accept", "application/json"))) {
            byte[] body = reply.body().readAll(MOST_BYTES);
            if (reply.status() == 401 || reply.status() == 404) {
                JsonObject.parse(body);
                return new Answer(hub, null);
            }
            if (reply.status() != 200) {
                return new Answer(hub, Text.of("answers with status %d", "返回状态 %d", reply.status()));
            }
            protocol.parse(KNOWN_MODEL, protocol.standardRevision(), body);
            return new Answer(hub, null);
        } catch (IOException e) {
            return new Answer(hub, NetworkFailure.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(hub, Text.of("interrupted", "被中断"));
        }
    }
}
