package dev.unbusy.chat;

import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins what a {@link ToolCallParser} gives out character by character to pieces, and keeps white space back that may turn
 * out to stand before, between or after calls: line breaks before the first call, any white space after one.
 */
final class CallPieces {
    private final boolean holdsLeadingBlanks;
    private @Nullable List<Piece> out;
    private Kind kind = Kind.CONTENT;
    private final StringBuilder run = new StringBuilder();
    private final StringBuilder blanks = new StringBuilder();
    private boolean anyText;
    private boolean afterCall;
    private int calls;
    private boolean anyArguments;

    /** @param holdsLeadingBlanks white space before the first character of text is kept back too */
    CallPieces(boolean holdsLeadingBlanks) {
        this.holdsLeadingBlanks = holdsLeadingBlanks;
    }

    /** What comes from here on goes there. */
    void to(List<Piece> pieces) {
        out = pieces;
    }

    void text(char c) {
        boolean anyBlank = afterCall || (holdsLeadingBlanks && atStart());
        if (anyBlank ? Character.isWhitespace(c) : c == '\n') {
            blanks.append(c);
            return;
        }
        release();
        anyText |= !Character.isWhitespace(c);
        afterCall = false;
        kind(Kind.CONTENT);
        run.append(c);
    }

    void startCall(String name) {
        blanks.setLength(0);
        flush();
        calls++;
        anyArguments = false;
        if (out != null) {
            out.add(new Piece(Kind.CALL, name, calls - 1));
        }
    }

    void arguments(char c) {
        anyArguments = true;
        kind(Kind.CALL_ARGUMENTS);
        run.append(c);
    }

    void arguments(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            arguments(text.charAt(i));
        }
    }

    /** A complete call without arguments has an empty object. */
    void endCall() {
        if (!anyArguments) {
            arguments("{}");
        }
    }

    void leaveBlock() {
        afterCall = true;
    }

    /** No more comes. White space after a call is dropped. */
    void end() {
        if (!afterCall) {
            release();
        }
        flush();
    }

    /** Whether neither a call nor text has come, but perhaps white space. */
    boolean atStart() {
        return !anyText && calls == 0;
    }

    /** Whether nothing but white space has come since the last block. */
    boolean afterCall() {
        return afterCall;
    }

    /** How many calls have begun. */
    int calls() {
        return calls;
    }

    private void release() {
        if (!blanks.isEmpty()) {
            kind(Kind.CONTENT);
            run.append(blanks);
            blanks.setLength(0);
        }
    }

    private void kind(Kind newKind) {
        if (kind != newKind) {
            flush();
            kind = newKind;
        }
    }

    void flush() {
        if (!run.isEmpty() && out != null) {
            Piece.add(out, new Piece(kind, run.toString(), kind == Kind.CONTENT ? Piece.NO_CALL : calls - 1));
        }
        run.setLength(0);
    }
}
