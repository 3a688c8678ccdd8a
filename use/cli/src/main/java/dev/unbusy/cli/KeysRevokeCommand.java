package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unbusy keys revoke}. */
@Command(name = "revoke")
final class KeysRevokeCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private LedgerPlace place = new LedgerPlace();

    @Parameters(index = "0", paramLabel = "ID", descriptionKey = "keys.id")
    private String id = "";

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    KeysRevokeCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        try (LedgerClient ledger = place.open(io)) {
            JsonNode key = ledger.json("DELETE", "keys/" + LedgerPlace.segment(id), "", "");
            if (json) {
                io.out().println(key);
            } else {
                io.say(Text.of(
                        "Key %s of tenant %s opens nothing any more.",
                        "租户 %2$s 的密钥 %1$s 已吊销，不再有效。",
                        key.path("id").asText(),
                        key.path("tenant").asText()));
            }
        }
        return ExitCodes.DONE;
    }
}
