package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unbusy.text.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unbusy keys tenant}: limits and weight over all keys of a tenant. */
@Command(name = "tenant")
final class KeysTenantCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private LedgerPlace place = new LedgerPlace();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Parameters(index = "0", paramLabel = "NAME", descriptionKey = "keys.tenant")
    private String tenant = "";

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    KeysTenantCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        ObjectNode body = new ObjectMapper().createObjectNode();
        limits.writeTo(body);
        try (LedgerClient ledger = place.open(io)) {
            JsonNode set = ledger.json("PUT", "tenants/" + LedgerPlace.segment(tenant), "", body.toString());
            if (json) {
                io.out().println(set);
            } else {
                io.say(Text.of("The limits of tenant %s are set.", "已设置租户 %s 的限额。", tenant));
            }
        }
        return ExitCodes.DONE;
    }
}
