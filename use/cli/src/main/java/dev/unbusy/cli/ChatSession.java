package dev.unbusy.cli;

import dev.unbusy.text.Text;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One chat from the first entry to the last. Typed at a terminal it goes on after every failure. Fed by a pipe it ends
 * where the service cannot be reached, and its exit code says whether every turn was answered.
 */
final class ChatSession {
    private static final Text HELP = Text.of("""
            /clear   forget the conversation so far
            /exit    leave (or Ctrl-D)
            /help    this list
            A line that ends with \\ goes on in the next; so does Alt-Enter. A pasted text may have several lines.
            Ctrl-C ends the answer that comes, not the chat.""", """
            /clear   清空当前对话
            /exit    退出（或按 Ctrl-D）
            /help    显示此列表
            行尾输入 \\ 或按 Alt-Enter 可续行，也可直接粘贴多行文本。
            按 Ctrl-C 只中断正在生成的回答，不会退出。""");

    private final Io io;
    private final ChatLines lines;
    private final Conversation conversation;
    private final ChatPrinter printer;
    private final ChatTranscript transcript;
    private final boolean interactive;
    private boolean allAnswered = true;

    ChatSession(
            Io io,
            ChatLines lines,
            Conversation conversation,
            ChatPrinter printer,
            ChatTranscript transcript,
            boolean interactive) {
        this.io = io;
        this.lines = lines;
        this.conversation = conversation;
        this.printer = printer;
        this.transcript = transcript;
        this.interactive = interactive;
    }

    /** @return the exit code */
    int run() {
        boolean goOn = true;
        while (goOn) {
            String line = next();
            goOn = line != null && take(ChatInput.of(line));
        }
        return interactive || allAnswered ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private @Nullable String next() {
        try {
            return lines.next();
        } catch (IOException e) {
            throw new CliException(
                    "input-unreadable",
                    Text.of("Standard input cannot be read: %s", "无法读取标准输入：%s", String.valueOf(e.getMessage())),
                    Text.of("Give it a file of text, a pipe or a terminal.", "标准输入应为文本文件、管道或终端。"),
                    e);
        }
    }

    /** @return whether the chat goes on */
    private boolean take(ChatInput input) {
        return switch (input) {
            case ChatInput.Say say -> answer(say.text());
            case ChatInput.Unknown unknown -> {
                allAnswered = false;
                io.say(Text.of(
                        "There is no %s; /help lists what there is.", "没有 %s 这个命令，输入 /help 查看全部。", unknown.command()));
                yield true;
            }
            case ChatInput.Command.NOTHING -> true;
            case ChatInput.Command.EXIT -> false;
            case ChatInput.Command.HELP -> {
                io.say(HELP);
                yield true;
            }
            case ChatInput.Command.CLEAR -> {
                conversation.clear();
                transcript.cleared();
                io.say(Text.of("Forgotten.", "已清空。"));
                yield true;
            }
        };
    }

    private boolean answer(String question) {
        Turn turn;
        boolean reachable = true;
        try {
            turn = lines.during(() -> conversation.ask(question, printer));
            printer.end(turn);
        } catch (CliException e) {
            Cli.print(io, e);
            turn = Turn.notSent(question, e.text());
            reachable = false;
        }
        transcript.add(turn);
        allAnswered &= turn.outcome() == Turn.Outcome.COMPLETE;
        return reachable || interactive;
    }
}
