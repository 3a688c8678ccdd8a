package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code unbusy chat}: a conversation in the terminal with a running service. It starts nothing. Answers go to standard
 * output as they come, everything else to standard error; with {@code --json} standard output gets one document at the end.
 */
@Command(name = "chat")
final class ChatCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", descriptionKey = "chat.model")
    private @Nullable String model;

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(names = "--system", paramLabel = "TEXT", descriptionKey = "chat.system")
    private @Nullable String system;

    @Option(names = "--max-tokens", paramLabel = "N", descriptionKey = "chat.max")
    private @Nullable Integer maxTokens;

    @Option(names = "--json", descriptionKey = "chat.json")
    private boolean json;

    ChatCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (maxTokens != null && maxTokens < 1) {
            throw CliException.usage(
                    Text.of("--max-tokens is %d; it must be at least 1", "--max-tokens 的值为 %d，不能小于 1", maxTokens),
                    Text.of("Leave it out for no limit but the context.", "省略该选项即可只受上下文长度限制。"));
        }
        try (ServiceClient client = service.connect(io)) {
            Conversation conversation =
                    new Conversation(client, new ServedModels(client).resolve(model), system, maxTokens);
            ChatTranscript transcript = new ChatTranscript(client.base(), conversation.model(), system);
            int code;
            try (ChatLines lines = lines()) {
                boolean edited = !(lines instanceof PipedLines);
                io.say(Text.of("%s at %s", "%s，服务地址 %s", conversation.model(), client.base()));
                if (edited) {
                    io.say(Text.of("/help lists what can be entered beside questions.", "输入 /help 查看可用的命令。"));
                }
                ChatPrinter printer = new ChatPrinter(io, json);
                code = new ChatSession(io, lines, conversation, printer, transcript, edited).run();
            }
            if (json) {
                io.out().println(transcript.json());
            }
            return code;
        }
    }

    private ChatLines lines() {
        if (io.interactive()) {
            ChatHistory history = new ChatHistory(Directories.chatHistory(io.environment()), io::say);
            try {
                return EditedLines.onTerminal(io, history);
            } catch (IOException | RuntimeException | LinkageError e) {
                io.say(Text.of(
                        "This terminal cannot edit lines (%s); each line is sent as it is.",
                        "此终端无法编辑输入（%s），每行将原样发送。", e));
            }
        }
        return new PipedLines(io.in());
    }
}
