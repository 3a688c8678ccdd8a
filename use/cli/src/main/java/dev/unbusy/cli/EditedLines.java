package dev.unbusy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.unbusy.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;
import org.jline.reader.Buffer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.impl.ExternalTerminal;
import org.jspecify.annotations.Nullable;

/**
 * Turns typed at a terminal, with editing and history. An entry grows over several lines by a backslash at the end, by
 * Alt-Enter, or by pasting. Written to standard error, so that standard output holds answers only.
 *
 * <p>The only class that needs JLine: it is loaded when a person sits at a terminal, and never otherwise.
 */
final class EditedLines implements ChatLines {
    private static final String PROMPT = "> ";
    private static final String CONTINUED = "… ";

    private final Io io;
    private final ChatHistory history;
    private final Terminal terminal;
    private final LineReader reader;

    /** @throws IOException if the terminal cannot be controlled */
    static EditedLines onTerminal(Io io, ChatHistory history) throws IOException {
        // FFM: needs no library unpacked into a temporary directory, and no process per question to the terminal.
        // Signals stay the JVM's own but for those that are asked for.
        Terminal terminal = TerminalBuilder.builder()
                .provider(TerminalBuilder.PROP_PROVIDER_FFM)
                .dumb(false)
                .systemOutput(TerminalBuilder.SystemOutput.SysErr)
                .encoding(UTF_8)
                .nativeSignals(false)
                .build();
        return new EditedLines(io, history, terminal);
    }

    /** On a terminal that is two streams: what the keyboard sends, and what the screen is sent. */
    static EditedLines onStreams(Io io, ChatHistory history, InputStream keyboard, OutputStream screen)
            throws IOException {
        return new EditedLines(io, history, new ExternalTerminal("streams", "xterm", keyboard, screen, UTF_8));
    }

    private EditedLines(Io io, ChatHistory history, Terminal terminal) {
        this.io = io;
        this.history = history;
        this.terminal = terminal;
        quiet();
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(plainText())
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, CONTINUED)
                .variable(LineReader.BELL_STYLE, "none")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_DUPS, true)
                .build();
        reader.getWidgets().put(LineReader.ACCEPT_LINE, this::continueOrAccept);
        history.entries().forEach(reader.getHistory()::add);
    }

    /** While an answer comes, what is typed waits unseen for the next prompt instead of standing in the answer. */
    private void quiet() {
        Attributes attributes = terminal.getAttributes();
        attributes.setLocalFlag(Attributes.LocalFlag.ICANON, false);
        attributes.setLocalFlag(Attributes.LocalFlag.ECHO, false);
        terminal.setAttributes(attributes);
        terminal.handle(Terminal.Signal.INT, signal -> {});
    }

    /** Quotes and brackets are text here: an apostrophe must not wait for its partner. */
    private static DefaultParser plainText() {
        return new DefaultParser().quoteChars(new char[0]).escapeChars(new char[0]);
    }

    private boolean continueOrAccept() {
        Buffer buffer = reader.getBuffer();
        int end = buffer.length();
        if (end > 0 && buffer.cursor() == end && buffer.atChar(end - 1) == '\\') {
            buffer.backspace();
            buffer.write('\n');
        } else {
            reader.callWidget("." + LineReader.ACCEPT_LINE);
        }
        return true;
    }

    @Override
    public @Nullable String next() {
        while (true) {
            try {
                String entry = reader.readLine(PROMPT);
                history.add(entry);
                return entry;
            } catch (UserInterruptException e) {
                if (e.getPartialLine().isEmpty()) {
                    io.say(Text.of("To leave, press Ctrl-D or enter /exit.", "按 Ctrl-D 或输入 /exit 退出。"));
                }
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    @Override
    public Turn during(Supplier<Turn> answer) {
        Thread thread = Thread.currentThread();
        terminal.handle(Terminal.Signal.INT, signal -> thread.interrupt());
        try {
            return answer.get();
        } finally {
            terminal.handle(Terminal.Signal.INT, signal -> {});
            Thread.interrupted(); // an interrupt that came after the answer's end is nobody's
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
