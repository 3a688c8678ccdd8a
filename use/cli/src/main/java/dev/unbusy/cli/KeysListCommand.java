package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.text.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy keys list}: all keys without their secrets, and the tenants with limits. */
@Command(name = "list")
final class KeysListCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private LedgerPlace place = new LedgerPlace();

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    KeysListCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        try (LedgerClient ledger = place.open(io)) {
            ObjectNode keys = (ObjectNode) ledger.json("GET", "keys", "", "");
            JsonNode tenants = ledger.json("GET", "tenants", "", "").path("tenants");
            if (json) {
                keys.set("tenants", tenants);
                io.out().println(keys);
            } else if (keys.path("keys").isEmpty()) {
                io.say(Text.of(
                        "There are no keys, and nobody is asked for one. `unbusy keys create --tenant NAME` makes the first.",
                        "尚无密钥，目前无需密钥即可访问。可用 `unbusy keys create --tenant 名称` 创建第一个密钥。"));
            } else {
                print(keys.path("keys"), tenants);
            }
        }
        return ExitCodes.DONE;
    }

    private void print(JsonNode keys, JsonNode tenants) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(heads(
                Text.same("ID"),
                Text.of("TENANT", "租户"),
                Text.of("NAME", "名称"),
                Text.of("SCOPES", "权限"),
                Text.of("MODELS", "模型"),
                Text.of("REQ/MIN", "请求/分"),
                Text.of("TOKENS/MIN", "词元/分"),
                Text.of("AT ONCE", "并发"),
                Text.of("WEIGHT", "权重"),
                Text.of("BUDGET", "月预算"),
                Text.of("STATE", "状态")));
        for (JsonNode key : keys) {
            rows.add(List.of(
                    key.path("id").asText(),
                    key.path("tenant").asText(),
                    key.path("name").asText(),
                    joined(key.path("scopes")),
                    key.path("models").isEmpty() ? "*" : joined(key.path("models")),
                    limit(key, "requestsPerMinute"),
                    limit(key, "tokensPerMinute"),
                    limit(key, "concurrency"),
                    key.path("weight").asText(),
                    limit(key, "budgetTokens"),
                    state(key).in(io.lang())));
        }
        io.out().print(Table.of(rows));
        List<List<String>> limits = new ArrayList<>();
        limits.add(heads(
                Text.of("TENANT", "租户"),
                Text.of("REQ/MIN", "请求/分"),
                Text.of("TOKENS/MIN", "词元/分"),
                Text.of("AT ONCE", "并发"),
                Text.of("WEIGHT", "权重")));
        for (JsonNode tenant : tenants) {
            limits.add(List.of(
                    tenant.path("tenant").asText(),
                    limit(tenant, "requestsPerMinute"),
                    limit(tenant, "tokensPerMinute"),
                    limit(tenant, "concurrency"),
                    tenant.path("weight").asText()));
        }
        io.out().println();
        io.out().print(Table.of(limits));
    }

    private List<String> heads(Text... heads) {
        return Stream.of(heads).map(head -> head.in(io.lang())).toList();
    }

    private static String joined(JsonNode words) {
        List<String> all = new ArrayList<>();
        words.forEach(word -> all.add(word.asText()));
        return String.join(",", all);
    }

    private static String limit(JsonNode of, String name) {
        long value = of.path(name).asLong();
        return value == 0 ? "-" : Long.toString(value);
    }

    private static Text state(JsonNode key) {
        if (!key.path("revokedAt").isNull()) {
            return Text.of("revoked", "已吊销");
        }
        JsonNode expires = key.path("expiresAt");
        if (expires.isNull()) {
            return Text.of("valid", "有效");
        }
        Instant until = Instant.ofEpochMilli(expires.asLong());
        return until.isAfter(Instant.now()) ? Text.of("until %s", "有效至 %s", until) : Text.of("expired", "已过期");
    }
}
