package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy restart}: new processes for all workers, one after the other, while requests go on. */
@Command(name = "restart")
final class RestartCommand implements Callable<Integer> {
    private static final long LOOK_MILLIS = 200;

    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(names = "--timeout", paramLabel = "SECONDS", descriptionKey = "restart.timeout", defaultValue = "600")
    private long timeoutSeconds = 600;

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    RestartCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        try (ServiceClient client = service.connect(io)) {
            Map<String, Long> before = restarts(client.getJson("/admin/v1/status"));
            HttpResponse<String> begun = client.ask("POST", "/admin/v1/workers/restart", "");
            if (begun.statusCode() != 202) {
                throw new CliException(
                        "service-error",
                        ServiceClient.refusal(begun.statusCode(), begun.body().getBytes(StandardCharsets.UTF_8)),
                        Text.of("See `unbusy status`.", "请查看 `unbusy status`。"));
            }
            JsonNode status = await(client, before);
            if (json) {
                io.out().println(status);
            } else {
                io.say(Text.of("All workers have been started again.", "所有工作进程均已重新启动。"));
            }
        }
        return ExitCodes.DONE;
    }

    private JsonNode await(ServiceClient client, Map<String, Long> before) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (true) {
            JsonNode status = client.getJson("/admin/v1/status");
            boolean all = true;
            for (JsonNode worker : status.path("workers")) {
                String id = worker.path("id").asText();
                String state = worker.path("state").asText();
                if (state.equals("failed")) {
                    throw new CliException(
                            "worker-failed",
                            Text.of(
                                    "%s does not start again: %s",
                                    "%s 无法重新启动：%s", id, worker.path("reason").asText()),
                            Text.of(
                                    "The workers after it go on as they were. See the log in %s.",
                                    "其后的工作进程保持不变。日志位于 %s。", Directories.logs(io.environment())));
                }
                all &= state.equals("ready") && worker.path("restarts").asLong() > before.getOrDefault(id, -1L);
            }
            if (all) {
                return status;
            }
            if (System.nanoTime() > deadline) {
                throw new CliException(
                        "restart-unfinished",
                        Text.of(
                                "Not all workers have been started again within %d s",
                                "%d 秒内未能重新启动所有工作进程", timeoutSeconds),
                        Text.of(
                                "It goes on: see `unbusy status`, or give a longer --timeout.",
                                "重启仍在进行：请查看 `unbusy status`，或指定更长的 --timeout。"));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private static Map<String, Long> restarts(JsonNode status) {
        Map<String, Long> restarts = new HashMap<>();
        for (JsonNode worker : status.path("workers")) {
            restarts.put(worker.path("id").asText(), worker.path("restarts").asLong());
        }
        return restarts;
    }
}
