package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.unbusy.text.Text;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Shows an answer while it comes: the answer on standard output, thoughts dimmed on standard error and, off a terminal,
 * left out. Where a JSON document is wanted, standard output is kept for it, and only a terminal sees the answer come.
 */
final class ChatPrinter implements AnswerReader.Listener {
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final Io io;
    private final PrintStream answers;
    private final boolean answersOnTerminal;
    private boolean thinking;
    private boolean lineOpen;

    ChatPrinter(Io io, boolean json) {
        this.io = io;
        if (!json) {
            answers = io.out();
            answersOnTerminal = io.terminals().contains(StandardStream.OUTPUT);
        } else {
            answers = io.terminal() ? io.err() : new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
            answersOnTerminal = io.terminal();
        }
    }

    @Override
    public void reasoning(String text) {
        if (!io.terminal()) {
            return;
        }
        if (!thinking) {
            thinking = true;
            io.err().print(DIM);
        }
        io.err().print(harmless(text));
        io.err().flush();
    }

    @Override
    public void content(String text) {
        endThoughts();
        answers.print(answersOnTerminal ? harmless(text) : text);
        answers.flush();
        lineOpen = true;
    }

    void end(Turn turn) {
        endThoughts();
        if (lineOpen || turn.outcome() == Turn.Outcome.COMPLETE) {
            answers.println();
            lineOpen = false;
        }
        switch (turn.outcome()) {
            case COMPLETE -> {
                if ("length".equals(turn.finishReason())) {
                    io.say(Text.of("(The answer ends at the limit of tokens.)", "（回答因达到词元上限而结束。）"));
                }
            }
            case INTERRUPTED ->
                io.say(Text.of("(Broken off. The model will not remember this question.)", "（已中断，本轮问答不计入对话。）"));
            case FAILED -> {
                if (turn.error() != null) {
                    io.say(turn.error());
                }
            }
        }
    }

    private void endThoughts() {
        if (thinking) {
            thinking = false;
            io.err().println(PLAIN);
            io.err().flush();
        }
    }

    /** A model's text must not steer the terminal: control characters other than line ends and tabs are shown, not sent. */
    static String harmless(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.chars()
                .map(c -> c == '\n' || c == '\t' || !Character.isISOControl(c) ? c : '\uFFFD')
                .forEach(c -> shown.append((char) c));
        return shown.toString();
    }
}
