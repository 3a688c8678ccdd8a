package dev.unbusy.chat;

import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the calls of tools in the content that a model generates, while it comes. For one answer, used by one thread.
 *
 * <ol>
 *   <li>Text is content until a marker of the model's convention opens a block. Line breaks before it are dropped, as
 *       DeepSeek's own parser does it.
 *   <li>A call is given out when its name is certain, its arguments as they come. Until then what the block holds is kept;
 *       if it turns out not to be a call, it is content, marker and all.
 *   <li>What is given out is never taken back: arguments that are not what the convention demands are given out as they
 *       are, other text inside a block becomes content.
 *   <li>White space after the last call is dropped; other text there is content.
 * </ol>
 *
 * Works character by character, so the result cannot depend on how the text is cut.
 */
abstract class ToolCallParser {
    /** Longest text kept without a name; no model writes one so long, it bounds the memory. */
    private static final int LONGEST_UNDECIDED = 65_536;

    private final List<String> openers;
    private final CallPieces pieces;
    private final StringBuilder input = new StringBuilder();
    private int position;
    private boolean ended;
    /** The beginning of what may become a marker. */
    private final StringBuilder candidate = new StringBuilder();

    private char plain;
    private boolean inBlock;
    /** Whether a block was opened of which no call has been given out; what came since is {@link #kept}. */
    private boolean undecided;

    private String opener = "";
    private final StringBuilder kept = new StringBuilder();

    /** @param openers the texts that open a block; none begins another */
    ToolCallParser(List<String> openers, boolean holdsLeadingBlanks) {
        this.openers = openers;
        pieces = new CallPieces(holdsLeadingBlanks);
    }

    // ---- for the splitter ----

    /** Takes a piece of content and adds what is now certain. */
    final void feed(String text, List<Piece> out) {
        pieces.to(out);
        input.append(text);
        work();
        pieces.flush();
    }

    /** The content has ended: gives out what was held back. */
    final void finish(List<Piece> out) {
        pieces.to(out);
        ended = true;
        pushBack("");
        work();
        while (inBlock) {
            if (undecided) {
                refuse();
            } else {
                cut();
                leaveBlock();
            }
            work();
        }
        pieces.end();
    }

    /** Whether the text so far ends inside a block, where no tag means anything to others. */
    final boolean insideBlock() {
        return inBlock;
    }

    /** How many calls have begun. */
    final int calls() {
        return pieces.calls();
    }

    // ---- what a convention defines ----

    /** A block begins behind a marker. */
    abstract void open(String marker);

    /** One character inside a block; goes through {@link #marker} first. */
    abstract void block(char c);

    /** One character of content. */
    void content(char c) {
        text(c);
    }

    /** The output has ended inside a block in which a call has been given out. */
    void cut() {}

    // ---- what a convention calls ----

    /**
     * Whether a character completes a marker.
     *
     * @return the marker; empty while more characters are needed to tell; null if there is a character that belongs to
     *     none, which is {@link #plain}
     */
    final @Nullable String marker(char c, List<String> markers) {
        boolean possible = false;
        candidate.append(c);
        for (int i = 0; i < markers.size(); i++) {
            String marker = markers.get(i);
            if (begins(marker)) {
                if (marker.length() == candidate.length()) {
                    candidate.setLength(0);
                    if (undecided) {
                        kept.append(marker);
                    }
                    return marker;
                }
                possible = true;
            }
        }
        if (possible && !ended) {
            return "";
        }
        plain = candidate.charAt(0);
        candidate.deleteCharAt(0);
        if (!candidate.isEmpty()) {
            pushBack("");
        }
        if (undecided) {
            kept.append(plain);
        }
        return null;
    }

    /** Whether a marker begins with what came of it so far. */
    private boolean begins(String marker) {
        int length = candidate.length();
        if (length > marker.length()) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) {
            if (marker.charAt(i) != candidate.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    final char plain() {
        return plain;
    }

    /** Begins a block at a text that no marker announces. */
    final void openBlock(String begin) {
        inBlock = true;
        undecided = true;
        opener = begin;
        kept.setLength(0);
        open(begin);
    }

    /** Whether no call has been given out since the block, or the next call in it, was opened. */
    final boolean undecided() {
        return undecided;
    }

    /** A further call may begin inside the block. */
    final void reopen(String marker) {
        if (!undecided) {
            undecided = true;
            opener = marker;
            kept.setLength(0);
        }
    }

    /** @param name not empty */
    final void startCall(String name) {
        undecided = false;
        kept.setLength(0);
        pieces.startCall(name);
    }

    final void arguments(char c) {
        pieces.arguments(c);
    }

    final void arguments(CharSequence text) {
        pieces.arguments(text);
    }

    final void endCall() {
        pieces.endCall();
    }

    /** What follows is content again. */
    final void leaveBlock() {
        inBlock = false;
        undecided = false;
        pieces.leaveBlock();
    }

    /** What the block holds since its opening is no call: it is content. */
    final void refuse() {
        inBlock = false;
        undecided = false;
        for (int i = 0; i < opener.length(); i++) {
            text(opener.charAt(i));
        }
        pushBack(kept);
        kept.setLength(0);
    }

    /** What came last does not belong to the block: content again, from there on or from its opening. */
    final void refuse(CharSequence last) {
        if (undecided) {
            refuse();
        } else {
            leaveBlock();
            pushBack(last);
        }
    }

    /** Text beside a call; brackets, commas and fences too many are no text. */
    final void stray(char c) {
        if (!Character.isWhitespace(c) && "{}[],;`".indexOf(c) < 0) {
            text(c);
        }
    }

    final void text(char c) {
        pieces.text(c);
    }

    /** Whether neither a call nor text has come yet. */
    final boolean atStart() {
        return pieces.atStart();
    }

    /** Whether nothing but white space has come since the last block. */
    final boolean afterCall() {
        return pieces.afterCall();
    }

    // ---- inside ----

    private void work() {
        while (position < input.length()) {
            char c = input.charAt(position++);
            if (inBlock) {
                block(c);
                if (undecided && kept.length() > LONGEST_UNDECIDED) {
                    refuse();
                }
            } else {
                switch (marker(c, openers)) {
                    case null -> content(plain);
                    case "" -> {}
                    case String opening -> openBlock(opening);
                }
            }
        }
        input.setLength(0);
        position = 0;
    }

    /** Puts a text, and what was held for a marker behind it, before the rest of the input. */
    private void pushBack(CharSequence text) {
        input.replace(0, position, text.toString() + candidate);
        position = 0;
        candidate.setLength(0);
    }
}
