package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.text.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code unbusy chat}: a conversation in the terminal with a running service; each line of standard input is one turn. It
 * starts nothing. Answers go to standard output as they come, everything else to standard error.
 */
@Command(name = "chat")
final class ChatCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    @SuppressWarnings("unused") // picocli sets it
    private GlobalOptions global = new GlobalOptions();

    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", descriptionKey = "chat.model")
    private @Nullable String model;

    @Option(names = "--url", paramLabel = "URL", descriptionKey = "service.url")
    private @Nullable String url;

    @Option(names = "--key", paramLabel = "KEY", descriptionKey = "service.key")
    private @Nullable String key;

    @Option(names = "--system", paramLabel = "TEXT", descriptionKey = "chat.system")
    private @Nullable String system;

    @Option(names = "--max-tokens", paramLabel = "N", descriptionKey = "chat.max")
    private @Nullable Integer maxTokens;

    ChatCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        URI service = ServiceAddress.find(io, url);
        try (ServiceClient client = new ServiceClient(service, key)) {
            Conversation conversation =
                    new Conversation(client, model == null ? firstModel(client) : model, system, maxTokens);
            io.say(Text.of(
                    "%s at %s. /clear forgets the conversation, /exit ends it.",
                    "%s，服务地址 %s。输入 /clear 清空对话，/exit 退出。", conversation.model(), service));
            return talk(conversation);
        }
    }

    private int talk(Conversation conversation) throws IOException, InterruptedException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(io.in(), UTF_8));
        boolean answered = true;
        while (true) {
            prompt();
            String line = lines.readLine();
            if (line == null || line.strip().equals("/exit")) {
                return answered ? ExitCodes.DONE : ExitCodes.FAILED;
            }
            switch (line.strip()) {
                case "" -> {}
                case "/clear" -> {
                    conversation.clear();
                    io.say(Text.of("Forgotten.", "已清空。"));
                }
                default -> answered = conversation.ask(line, new Printer());
            }
        }
    }

    private void prompt() {
        if (io.terminal()) {
            io.err().print("> ");
            io.err().flush();
        }
    }

    private static String firstModel(ServiceClient client) throws IOException, InterruptedException {
        JsonNode first = new ObjectMapper()
                .readTree(client.get("/v1/models"))
                .path("data")
                .path(0)
                .path("id");
        if (!first.isTextual()) {
            throw new CliException(
                    "no-model",
                    Text.of("The service has no model yet", "服务尚未加载任何模型"),
                    Text.of("Wait until `unbusy status` shows a worker as ready.", "请等待 `unbusy status` 显示工作进程就绪。"));
        }
        return first.asText();
    }

    /** Shows an answer while it comes; thoughts are dimmed and, off a terminal, left out. */
    private final class Printer implements Conversation.Listener {
        private boolean thinking;

        @Override
        public void reasoning(String text) {
            if (io.terminal()) {
                if (!thinking) {
                    io.err().print("\u001b[2m");
                    thinking = true;
                }
                io.err().print(text);
                io.err().flush();
            }
        }

        @Override
        public void content(String text) {
            endThinking();
            io.out().print(text);
            io.out().flush();
        }

        @Override
        public void end() {
            endThinking();
            io.out().println();
        }

        @Override
        public void failed(Text why) {
            endThinking();
            io.say(why);
        }

        private void endThinking() {
            if (thinking) {
                io.err().println("\u001b[0m");
                thinking = false;
            }
        }
    }
}
