package dev.unbusy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.text.Text;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unbusy keys rotate}: a new secret for the same key, to standard output alone. */
@Command(name = "rotate")
final class KeysRotateCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Mixin
    private LedgerPlace place = new LedgerPlace();

    @Parameters(index = "0", paramLabel = "ID", descriptionKey = "keys.id")
    private String id = "";

    @Option(names = "--grace", paramLabel = "DURATION", descriptionKey = "keys.grace", defaultValue = "0s")
    private String grace = "0s";

    @Option(names = "--json", descriptionKey = "global.json")
    private boolean json;

    KeysRotateCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        long seconds = TimeOption.duration("--grace", grace).toSeconds();
        try (LedgerClient ledger = place.open(io)) {
            JsonNode key = ledger.json(
                    "POST", "keys/" + LedgerPlace.segment(id) + "/rotate", "", "{\"graceSeconds\":" + seconds + "}");
            if (json) {
                io.out().println(key);
            } else {
                io.out().println(key.path("key").asText());
                io.say(
                        seconds == 0
                                ? Text.of("The old secret is invalid from now on.", "旧密钥从现在起失效。")
                                : Text.of("The old secret stays valid for %d s.", "旧密钥在 %d 秒内仍然有效。", seconds));
            }
        }
        return ExitCodes.DONE;
    }
}
