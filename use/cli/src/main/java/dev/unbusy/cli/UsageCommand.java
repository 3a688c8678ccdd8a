package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.gateway.LedgerApi;
import dev.unbusy.text.Text;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy usage}: what was used, by request or by day. */
@Command(name = "usage")
final class UsageCommand implements Callable<Integer> {
    private static final int SHOWN = 30;

    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private LedgerPlace place = new LedgerPlace();

    @Option(names = "--tenant", paramLabel = "NAME", descriptionKey = "usage.tenant")
    private @Nullable String tenant;

    @Option(names = "--key-id", paramLabel = "ID", descriptionKey = "usage.key")
    private @Nullable String keyId;

    @Option(names = "--since", paramLabel = "TIME", descriptionKey = "usage.since")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", descriptionKey = "usage.until")
    private @Nullable String until;

    @Option(names = "--days", descriptionKey = "usage.days")
    private boolean days;

    @Option(names = "--csv", descriptionKey = "usage.csv")
    private boolean csv;

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    UsageCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        if (csv && (json || days)) {
            throw CliException.usage(
                    Text.of("--csv is given together with %s", "--csv 与 %s 同时给出", json ? "--json" : "--days"),
                    Text.of("Give one of them.", "请只给出其中一个。"));
        }
        try (LedgerClient ledger = place.open(io)) {
            if (days) {
                days(ledger);
            } else if (csv) {
                csv(ledger);
            } else if (json) {
                json(ledger);
            } else {
                newest(ledger);
            }
        }
        return ExitCodes.DONE;
    }

    /** Page by page, so that any number of rows takes the memory of one page. */
    private void csv(LedgerClient ledger) throws InterruptedException {
        String after = "";
        do {
            LedgerApi.Answer page = ledger.answer("GET", "usage", query("&format=csv", after), "");
            io.out().print(page.body());
            after = page.next() == null ? "" : page.next();
        } while (!after.isEmpty());
        io.out().flush();
    }

    private void json(LedgerClient ledger) throws InterruptedException {
        io.out().print("{\"rows\":[");
        String after = "";
        boolean first = true;
        do {
            JsonNode page = ledger.json("GET", "usage", query("", after), "");
            for (JsonNode row : page.path("rows")) {
                io.out().print((first ? "" : ",") + row);
                first = false;
            }
            after = page.path("next").asText("");
        } while (!after.isEmpty() && !after.equals("null"));
        io.out().println("]}");
        io.out().flush();
    }

    private void newest(LedgerClient ledger) throws InterruptedException {
        JsonNode page = ledger.json("GET", "usage", query("&limit=" + SHOWN, ""), "");
        List<List<String>> rows = new ArrayList<>();
        rows.add(heads(
                Text.of("STARTED", "开始时间"),
                Text.of("REQUEST", "请求"),
                Text.of("TENANT", "租户"),
                Text.of("MODEL", "模型"),
                Text.of("PROMPT", "提示词"),
                Text.of("CACHED", "缓存"),
                Text.of("ANSWER", "应答"),
                Text.of("WAITED MS", "等待毫秒"),
                Text.of("TOOK MS", "总毫秒"),
                Text.of("WORKER", "工作进程"),
                Text.of("OUTCOME", "结果")));
        for (JsonNode row : page.path("rows")) {
            rows.add(List.of(
                    Instant.ofEpochMilli(row.path("startedAt").asLong())
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString(),
                    row.path("requestId").asText(),
                    row.path("tenant").asText(),
                    ModelWish.shortName(row.path("model").asText()),
                    known(row, "promptTokens"),
                    known(row, "cachedTokens"),
                    known(row, "completionTokens"),
                    known(row, "queueMs"),
                    known(row, "durationMs"),
                    row.path("worker").asText(),
                    row.path("outcome").asText()));
        }
        io.out().print(Table.of(rows));
        if (!page.path("next").isNull()) {
            io.say(Text.of(
                    "The newest %d; --json and --csv give all, --days the sums.",
                    "仅显示最新的 %d 条；--json 与 --csv 输出全部，--days 输出按天汇总。", SHOWN));
        }
    }

    private void days(LedgerClient ledger) throws InterruptedException {
        StringBuilder query = new StringBuilder();
        add(query, "tenant", tenant);
        add(query, "key", keyId);
        if (since != null) {
            add(query, "since", day(TimeOption.past("--since", since)));
        }
        if (until != null) {
            add(query, "until", day(TimeOption.past("--until", until)));
        }
        JsonNode sums = ledger.json("GET", "usage/days", query.toString(), "");
        if (json) {
            io.out().println(sums);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(heads(
                Text.of("DAY (UTC)", "日期（UTC）"),
                Text.of("TENANT", "租户"),
                Text.of("KEY", "密钥"),
                Text.of("REQUESTS", "请求数"),
                Text.of("PROMPT", "提示词"),
                Text.of("CACHED", "缓存"),
                Text.of("ANSWER", "应答"),
                Text.of("NOT COUNTED", "未计量")));
        for (JsonNode day : sums.path("days")) {
            rows.add(List.of(
                    day.path("day").asText(),
                    day.path("tenant").asText(),
                    day.path("key").asText(""),
                    known(day, "requests"),
                    known(day, "promptTokens"),
                    known(day, "cachedTokens"),
                    known(day, "completionTokens"),
                    known(day, "uncounted")));
        }
        io.out().print(Table.of(rows));
    }

    private String query(String more, String after) {
        StringBuilder query = new StringBuilder(more.isEmpty() ? "" : more.substring(1));
        add(query, "tenant", tenant);
        add(query, "key", keyId);
        if (since != null) {
            add(query, "since", Long.toString(TimeOption.past("--since", since).toEpochMilli()));
        }
        if (until != null) {
            add(query, "until", Long.toString(TimeOption.past("--until", until).toEpochMilli()));
        }
        add(query, "after", after.isEmpty() ? null : after);
        return query.toString();
    }

    private static void add(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append(query.isEmpty() ? "" : "&").append(name).append('=').append(LedgerPlace.segment(value));
        }
    }

    private static String day(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static String known(JsonNode row, String name) {
        return row.path(name).isNull() ? "?" : row.path(name).asText();
    }

    private List<String> heads(Text... heads) {
        return Stream.of(heads).map(head -> head.in(io.lang())).toList();
    }
}
