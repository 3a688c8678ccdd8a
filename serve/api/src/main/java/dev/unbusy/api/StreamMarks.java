package dev.unbusy.api;

import org.jspecify.annotations.Nullable;

/**
 * The marks in a worker's stream from which another worker can go on ({@link Continuation}). A mark is an event of comment
 * lines right behind the events it vouches for, in the same write: whoever relays the stream passes events on only up to a
 * mark, takes the mark out and keeps it; should the worker be lost, all marks together tell exactly what the client has.
 *
 * <pre>
 * : mark {"id":"chatcmpl-…","created":1764000000,"fingerprint":"fp_…","model":"m_…"}    once, first
 * : mark {"choice":0,"seed":42,"cached":16}                                             once for each choice
 * : mark [0,1012,28]                                                                    its tokens; −1: it has ended
 * </pre>
 *
 * <p>For one answer, used by one thread at a time.
 */
public final class StreamMarks {
    /** With value 1 in a request it asks for marks, in the answer it says that they come. */
    public static final String HEADER = "x-unbusy-marks";

    /** What a line of a mark begins with; JSON follows up to the line's end. */
    public static final String PREFIX = ": mark ";

    static final int END = -1;
    private static final int NO_CHOICE = -1;

    private final StringBuilder lines = new StringBuilder();
    private Continuation.@Nullable Head head;
    /** The choice whose tokens the last line lists. */
    private int open = NO_CHOICE;

    /** @param head null where it was sent by the worker that began the answer */
    public StreamMarks(Continuation.@Nullable Head head) {
        this.head = head;
    }

    /** Before a choice's first token. */
    public void begun(int choice, long seed, int cachedTokens) {
        close();
        Continuation.Head first = head;
        if (first != null) {
            head = null;
            lines.append(PREFIX)
                    .append("{\"id\":\"")
                    .append(first.id())
                    .append("\",\"created\":")
                    .append(first.createdSeconds())
                    .append(",\"fingerprint\":\"")
                    .append(first.fingerprint())
                    .append("\",\"model\":\"")
                    .append(first.model())
                    .append("\"}\n");
        }
        lines.append(PREFIX)
                .append("{\"choice\":")
                .append(choice)
                .append(",\"seed\":")
                .append(seed)
                .append(",\"cached\":")
                .append(cachedTokens)
                .append("}\n");
    }

    public void chosen(int choice, int token) {
        if (choice != open) {
            close();
            lines.append(PREFIX).append('[').append(choice);
            open = choice;
        }
        lines.append(',').append(token);
    }

    /** Its finish reason is among the events before the next mark. */
    public void ended(int choice) {
        chosen(choice, END);
    }

    /** The mark for everything since the last one; null where nothing happened. */
    public byte @Nullable [] take() {
        if (lines.isEmpty()) {
            return null;
        }
        close();
        lines.append('\n');
        byte[] mark = new byte[lines.length()];
        for (int i = 0; i < mark.length; i++) {
            mark[i] = (byte) lines.charAt(i); // ASCII; without a string for each token
        }
        lines.setLength(0);
        return mark;
    }

    private void close() {
        if (open != NO_CHOICE) {
            lines.append("]\n");
            open = NO_CHOICE;
        }
    }
}
