package dev.unbusy.cli;

import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import dev.unbusy.units.Bytes;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Progress for a person: one redrawn bar per task on a terminal; elsewhere a plain line at the start, at every tenth and at
 * the end. Thread-safe.
 */
final class ProgressPrinter implements Progress {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int WIDTH = 30;

    /** What was last shown of a task. */
    private static final class Shown {
        private long tenth = -1;
        private long nanos = Long.MIN_VALUE;
        private boolean ended;
    }

    private final Io io;
    private final Map<Text, Shown> tasks = new HashMap<>();

    ProgressPrinter(Io io) {
        this.io = io;
    }

    @Override
    public synchronized void report(Text task, long done, long total, Unit unit) {
        boolean first = !tasks.containsKey(task);
        Shown shown = tasks.computeIfAbsent(task, key -> new Shown());
        boolean end = total >= 0 && done >= total;
        if (shown.ended && end) {
            return;
        }
        if (shown.ended) {
            first = true; // the same task again: a second load after a restart
            shown.tenth = -1;
        }
        shown.ended = end;
        if (io.terminal()) {
            draw(task, done, total, unit, shown, end);
            return;
        }
        long tenth = total > 0 ? done * 10 / total : 0;
        boolean countless = unit == Unit.ITEMS && total <= 1; // it happens, or it does not: its end says nothing more
        if (first || (tenth > shown.tenth && !countless)) {
            shown.tenth = tenth;
            String amount = amount(done, total, unit);
            io.err().println(task.in(io.lang()) + (amount.isEmpty() ? "" : ": " + amount));
        }
    }

    private void draw(Text task, long done, long total, Unit unit, Shown shown, boolean end) {
        long now = System.nanoTime();
        if (!end && shown.nanos != Long.MIN_VALUE && now - shown.nanos < REDRAW_NANOS) {
            return;
        }
        shown.nanos = now;
        StringBuilder line = new StringBuilder("\r\u001b[K").append(task.in(io.lang()));
        if (total > 0) {
            int filled = (int) (done * WIDTH / total);
            line.append(" [").append("#".repeat(Math.clamp(filled, 0, WIDTH)));
            line.append(" ".repeat(WIDTH - Math.clamp(filled, 0, WIDTH))).append(']');
        }
        line.append(' ').append(amount(done, total, unit));
        io.err().print(end ? line.append('\n') : line);
        io.err().flush();
    }

    private static String amount(long done, long total, Unit unit) {
        String percent = total > 0 ? String.format(Locale.ROOT, "%d %%", Math.clamp(done * 100 / total, 0, 100)) : "";
        return switch (unit) {
            case PERMILLE -> percent;
            case BYTES ->
                total > 0 ? percent + " (" + new Bytes(done) + " / " + new Bytes(total) + ")" : "" + new Bytes(done);
            case ITEMS -> total > 1 ? done + "/" + total : "";
        };
    }
}
