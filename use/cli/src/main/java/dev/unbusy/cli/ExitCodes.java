package dev.unbusy.cli;

import dev.unbusy.text.UserError;
import java.util.Set;

/** The contract's exit codes: 0 done, 1 the thing asked for failed, 2 the command line or a file is wrong. */
final class ExitCodes {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG = 2;

    private static final Set<String> WRONG_INPUT = Set.of(
            "config-invalid",
            "config-unreadable",
            "usage",
            "backend-url",
            "unknown-routing-policy",
            "tls-incomplete",
            "bind-not-loopback",
            "ledger-value-invalid",
            "model-reference-invalid",
            "model-architecture-unsupported",
            "model-exceeds-memory",
            "chat-template-missing",
            "tokenizer-missing");

    private ExitCodes() {}

    static int of(UserError error) {
        return error.code().startsWith("model-file-") || WRONG_INPUT.contains(error.code()) ? WRONG : FAILED;
    }
}
