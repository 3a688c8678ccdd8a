package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy status}: what runs. */
@Command(name = "status")
final class StatusCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    StatusCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        try (ServiceClient client = service.connect(io)) {
            JsonNode status = client.getJson("/admin/v1/status");
            if (json) {
                io.out().println(status);
            } else {
                print(status);
            }
        }
        return ExitCodes.DONE;
    }

    private void print(JsonNode status) {
        JsonNode gateway = status.path("gateway");
        io.out()
                .println(Text.of(
                                "%s   waiting: %d   running: %d",
                                "%s   排队：%d   运行：%d",
                                gateway.path("url").asText(),
                                gateway.path("queued").asInt(),
                                gateway.path("running").asInt())
                        .in(io.lang()));
        List<List<String>> rows = new ArrayList<>();
        List<Text> heads = List.of(
                Text.of("WORKER", "工作进程"),
                Text.of("STATE", "状态"),
                Text.of("MODEL", "模型"),
                Text.of("PID", "进程号"),
                Text.of("RUNNING", "运行"),
                Text.of("WAITING", "等待"),
                Text.of("KV FREE", "KV 空闲"),
                Text.of("TOKENS/S", "词元/秒"),
                Text.of("RESTARTS", "重启"));
        rows.add(heads.stream().map(head -> head.in(io.lang())).toList());
        for (JsonNode worker : status.path("workers")) {
            rows.add(List.of(
                    worker.path("id").asText(),
                    worker.path("state").asText(),
                    worker.path("model").asText(),
                    worker.path("pid").asText(),
                    worker.path("running").asText(),
                    worker.path("waiting").asText(),
                    worker.path("kvCellsFree").asText() + "/"
                            + worker.path("kvCellsTotal").asText(),
                    String.format(
                            Locale.ROOT, "%.1f", worker.path("tokensPerSecond").asDouble()),
                    worker.path("restarts").asText()));
        }
        io.out().print(Table.of(rows));
    }
}
