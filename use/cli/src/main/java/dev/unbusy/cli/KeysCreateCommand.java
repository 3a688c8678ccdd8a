package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.text.Text;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code unbusy keys create}. The key goes to standard output alone, so that a script can take it. */
@Command(name = "create")
final class KeysCreateCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private LedgerPlace place = new LedgerPlace();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(names = "--tenant", paramLabel = "NAME", required = true, descriptionKey = "keys.tenant")
    private String tenant = "";

    @Option(names = "--name", paramLabel = "TEXT", descriptionKey = "keys.name")
    private String name = "";

    @Option(names = "--scope", paramLabel = "SCOPE", split = ",", descriptionKey = "keys.scope")
    private List<String> scopes = List.of("inference");

    @Option(names = "--models", paramLabel = "NAME", split = ",", descriptionKey = "keys.models")
    private List<String> models = List.of();

    @Option(names = "--budget-tokens", paramLabel = "N", descriptionKey = "keys.budget")
    private long budgetTokens;

    @Option(names = "--expires", paramLabel = "TIME", descriptionKey = "keys.expires")
    private @Nullable String expires;

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    KeysCreateCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        ObjectNode body = new ObjectMapper().createObjectNode();
        body.put("tenant", tenant);
        body.put("name", name);
        scopes.forEach(body.putArray("scopes")::add);
        models.forEach(body.putArray("models")::add);
        limits.writeTo(body);
        body.put("budgetTokens", budgetTokens);
        if (expires != null) {
            body.put("expiresAt", TimeOption.future("--expires", expires).toEpochMilli());
        }
        try (LedgerClient ledger = place.open(io)) {
            JsonNode made = ledger.json("POST", "keys", "", body.toString());
            if (json) {
                io.out().println(made);
            } else {
                io.out().println(made.path("key").asText());
                io.say(Text.of(
                        "Key %s of tenant %s. It is shown this once and kept only as a hash. From now on requests need a key.",
                        "密钥 %s，属于租户 %s。密钥仅显示这一次，只以哈希形式保存。从现在起，请求必须携带密钥。",
                        made.path("id").asText(),
                        made.path("tenant").asText()));
            }
        }
        return ExitCodes.DONE;
    }
}
