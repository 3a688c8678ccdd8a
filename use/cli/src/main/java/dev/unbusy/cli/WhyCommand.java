package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unbusy why}: what was decided for one request. */
@Command(name = "why")
final class WhyCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Parameters(index = "0", paramLabel = "REQUEST_ID", descriptionKey = "why.id")
    private String requestId = "";

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    WhyCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        if (!requestId.matches("[\\x21-\\x7e]{1,200}")) {
            throw CliException.usage(
                    Text.of("\"%s\" is not a request id", "“%s”不是请求 ID", requestId),
                    Text.of("Give the x-request-id that the answer carried.", "请填写应答中的 x-request-id。"));
        }
        try (ServiceClient client = service.connect(io)) {
            JsonNode why = client.getJson("/admin/v1/requests/" + URLEncoder.encode(requestId, StandardCharsets.UTF_8));
            if (json) {
                io.out().println(why);
            } else {
                print(why);
            }
        }
        return ExitCodes.DONE;
    }

    private void print(JsonNode why) {
        io.out()
                .println(Text.of(
                                "%s   waited %d ms for a worker",
                                "%s   等待工作进程 %d 毫秒",
                                why.path("requestId").asText(),
                                why.path("queuedMs").asLong())
                        .in(io.lang()));
        List<List<String>> rows = new ArrayList<>();
        List<Text> heads =
                List.of(Text.of("AT", "时刻"), Text.of("WHAT", "事件"), Text.of("WORKER", "工作进程"), Text.of("WHY", "原因"));
        rows.add(heads.stream().map(head -> head.in(io.lang())).toList());
        for (JsonNode event : why.path("events")) {
            rows.add(List.of(
                    event.path("atMs").asText() + " ms",
                    event.path("what").asText(),
                    event.path("worker").asText(""),
                    event.path("reason").asText()));
        }
        io.out().print(Table.of(rows));
        long omitted = why.path("omittedEvents").asLong();
        if (omitted > 0) {
            io.out()
                    .println(Text.of("%d events in between are not kept.", "中间有 %d 个事件未保留。", omitted)
                            .in(io.lang()));
        }
    }
}
