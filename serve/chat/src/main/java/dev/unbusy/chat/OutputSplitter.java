package dev.unbusy.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits what a model generates into reasoning, content and calls of tools while it comes. For one answer, used by one
 * thread.
 *
 * <p>The rules are those of DeepSeek's own stream parser (deepseek-recipe 0.2.0):
 *
 * <ol>
 *   <li>Reasoning ends at {@code </think>}. Line breaks at its start and before the tag are dropped, and so are those at
 *       the start of the content; where a prompt already holds the beginning of either, nothing is dropped from its start.
 *   <li>A further {@code </think>} in the content is dropped; {@code <think>} there is text.
 *   <li>If the output ends before the tag, all of it is reasoning.
 *   <li>With tools, calls are found in the content as {@link ToolCallParser} says. Inside of them no tag means anything.
 *       DSML ends a reasoning that {@code </think>} does not end.
 * </ol>
 *
 * Tags are recognised by their text, whether they are tokens of the vocabulary or not, and however they are cut. Held
 * back is only what could be a tag or belong to it. How the text is cut never changes the result.
 *
 * <p>Counting: {@link #reasoningTokens()} is the number of {@link #feed} calls that contributed to the reasoning given
 * out. As DeepSeek counts the tokens of {@code reasoning_content}, tags and dropped line breaks do not count.
 */
public final class OutputSplitter {
    private static final String OPEN = DeepSeekText.THINK;
    private static final String CLOSE = DeepSeekText.END_THINK;
    private static final List<String> CONTENT_ENDS = List.of(CLOSE);

    /** Where a piece of text belongs. */
    public enum Kind {
        REASONING,
        CONTENT,
        /** The name of a function that is called; the call's first piece. */
        CALL,
        /** A part of the call's arguments: all parts together are its JSON text. */
        CALL_ARGUMENTS
    }

    /**
     * A piece of the answer, never empty.
     *
     * @param call which call of the answer it belongs to, from 0; {@link #NO_CALL} for text
     */
    public record Piece(Kind kind, String text, int call) {
        public static final int NO_CALL = -1;

        public Piece(Kind kind, String text) {
            this(kind, text, NO_CALL);
        }

        /** Appends a piece, or joins it to the last one if that is of the same kind and call. */
        static void add(List<Piece> pieces, Piece piece) {
            if (!pieces.isEmpty() && pieces.getLast().kind == piece.kind && pieces.getLast().call == piece.call) {
                pieces.add(new Piece(piece.kind, pieces.removeLast().text + piece.text, piece.call));
            } else {
                pieces.add(piece);
            }
        }
    }

    private enum State {
        /** At the start of an output that may open with the tag. */
        DETECT,
        REASONING,
        CONTENT,
        /** Content of a model that does not reason. */
        VERBATIM
    }

    /** Some characters of {@link #held} that came by one call, and the calls without text before it. */
    private static final class Share {
        private final int tokens;
        private int chars;
        private boolean counted;

        private Share(int tokens, int chars) {
            this.tokens = tokens;
            this.chars = chars;
        }
    }

    private State state;
    private final @Nullable ToolCallParser calls;
    private final List<String> reasoningEnds;
    private boolean dropsLineBreaks;
    private final StringBuilder held = new StringBuilder();
    private final Deque<Share> shares = new ArrayDeque<>();
    private int tokensWithoutText;
    private int reasoningTokens;

    /** For an answer that calls no tools: what looks like a call is content. */
    public OutputSplitter(OutputStart start) {
        this(start, null, List.of());
    }

    /**
     * @param syntax how the model calls tools, or null if the request offers none
     * @param tools what the request offers
     */
    public OutputSplitter(OutputStart start, @Nullable ToolCallSyntax syntax, List<Tool> tools) {
        calls = syntax == null ? null : syntax.parser(tools);
        List<String> ends = new ArrayList<>(List.of(CLOSE));
        if (syntax != null) {
            ends.addAll(syntax.endsReasoning());
        }
        reasoningEnds = List.copyOf(ends);
        state = switch (start) {
            case PLAIN -> State.VERBATIM;
            case DETECT -> State.DETECT;
            case REASONING, REASONING_CONTINUED -> State.REASONING;
            case CONTENT, CONTENT_CONTINUED -> State.CONTENT;
        };
        dropsLineBreaks = start == OutputStart.REASONING || start == OutputStart.CONTENT;
    }

    /**
     * Takes the text of the next token; empty while a character is incomplete, which then belongs to the token that
     * completes it.
     *
     * @return what is now certain, in order; pieces of one kind in a row are joined
     */
    public List<Piece> feed(String text) {
        if (text.isEmpty()) {
            tokensWithoutText++;
            return List.of();
        }
        if (isPlain(text)) {
            boolean reasoning = state == State.REASONING;
            reasoningTokens += reasoning ? 1 + tokensWithoutText : 0;
            tokensWithoutText = 0;
            return List.of(new Piece(reasoning ? Kind.REASONING : Kind.CONTENT, text));
        }
        held.append(text);
        shares.addLast(new Share(1 + tokensWithoutText, text.length()));
        tokensWithoutText = 0;
        List<Piece> pieces = new ArrayList<>(1);
        while (step(pieces)) {
            // Each step settles one tag or one run of text.
        }
        return pieces;
    }

    /** Whether nothing is to be found in the text, nor held back of it: so it is with most tokens. */
    private boolean isPlain(String text) {
        if (!held.isEmpty() || dropsLineBreaks) {
            return false;
        }
        return switch (state) {
            case DETECT -> false;
            case VERBATIM -> calls == null;
            case CONTENT -> calls == null && !mayHold(text, CONTENT_ENDS);
            case REASONING -> text.charAt(text.length() - 1) != '\n' && !mayHold(text, reasoningEnds);
        };
    }

    /** Whether one of the tags could be in the text, or begin in it. */
    private static boolean mayHold(String text, List<String> tags) {
        for (int i = 0; i < tags.size(); i++) {
            if (text.indexOf(tags.get(i).charAt(0)) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The output has ended: gives out what was held back. */
    public List<Piece> finish() {
        List<Piece> pieces = new ArrayList<>(1);
        if (insideReasoning()) {
            reasoningTokens += tokensWithoutText;
        }
        tokensWithoutText = 0;
        emit(held.length(), pieces);
        if (calls != null) {
            calls.finish(pieces);
        }
        return pieces;
    }

    /** How many calls have begun. */
    public int toolCalls() {
        return calls == null ? 0 : calls.calls();
    }

    /** Whether the text so far ends inside the markup of calls. */
    public boolean insideCalls() {
        return calls != null && calls.insideBlock();
    }

    /** Whether the text so far ends inside the reasoning. */
    public boolean insideReasoning() {
        return state == State.REASONING;
    }

    /** Tokens whose text went into the reasoning, in part at least. */
    public int reasoningTokens() {
        return reasoningTokens;
    }

    /** Does one step; returns whether another may follow. */
    private boolean step(List<Piece> pieces) {
        if (held.isEmpty()) {
            return false;
        }
        return switch (state) {
            case VERBATIM -> {
                emit(held.length(), pieces);
                yield false;
            }
            case DETECT -> detect();
            case REASONING, CONTENT -> untilClose(pieces);
        };
    }

    private boolean detect() {
        int start = 0;
        while (start < held.length() && Character.isWhitespace(held.charAt(start))) {
            start++;
        }
        String rest = held.substring(start, Math.min(held.length(), start + OPEN.length()));
        if (!OPEN.startsWith(rest)) {
            state = State.VERBATIM;
            return true;
        }
        if (rest.length() < OPEN.length()) {
            return false;
        }
        drop(start + OPEN.length());
        enter(State.REASONING, true);
        return true;
    }

    private boolean untilClose(List<Piece> pieces) {
        if (dropsLineBreaks) {
            int start = 0;
            while (start < held.length() && held.charAt(start) == '\n') {
                start++;
            }
            drop(start);
            if (held.isEmpty()) {
                return false;
            }
        }
        List<String> ends = state == State.REASONING ? reasoningEnds : CONTENT_ENDS;
        int close = held.length();
        String tag = "";
        for (String end : ends) {
            int found = held.indexOf(end);
            if (found >= 0 && found < close) {
                close = found;
                tag = end;
            }
        }
        int end = tag.isEmpty() ? held.length() - partial(ends) : close;
        int textEnd = state == State.REASONING ? withoutLineBreaks(end) : end;
        // A tag right at the start, or its beginning: the text has not begun yet.
        if (textEnd > 0) {
            emit(textEnd, pieces);
            dropsLineBreaks = false;
        }
        if (tag.isEmpty()) {
            return false;
        }
        if (!tag.equals(CLOSE)) {
            drop(end - textEnd);
            enter(State.CONTENT, false);
        } else if (calls != null && calls.insideBlock()) {
            emit(CLOSE.length(), pieces);
        } else {
            drop(end - textEnd + CLOSE.length());
            enter(State.CONTENT, state == State.REASONING);
        }
        return true;
    }

    private void enter(State next, boolean newDropsLineBreaks) {
        state = next;
        dropsLineBreaks = newDropsLineBreaks;
    }

    /** Length of the longest end of the held text with which one of the tags begins. */
    private int partial(List<String> tags) {
        int longest = 0;
        for (String tag : tags) {
            for (int length = Math.min(tag.length() - 1, held.length()); length > longest; length--) {
                if (endsWith(tag, length)) {
                    longest = length;
                }
            }
        }
        return longest;
    }

    /** Whether the held text ends in the tag's first characters. */
    private boolean endsWith(String tag, int length) {
        int offset = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (held.charAt(offset + i) != tag.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int withoutLineBreaks(int end) {
        int textEnd = end;
        while (textEnd > 0 && held.charAt(textEnd - 1) == '\n') {
            textEnd--;
        }
        return textEnd;
    }

    private void emit(int chars, List<Piece> pieces) {
        if (chars == 0) {
            return;
        }
        Kind kind = insideReasoning() ? Kind.REASONING : Kind.CONTENT;
        String text = held.substring(0, chars);
        if (kind == Kind.CONTENT && calls != null) {
            calls.feed(text, pieces);
        } else {
            Piece.add(pieces, new Piece(kind, text));
        }
        take(chars, kind == Kind.REASONING);
    }

    private void drop(int chars) {
        take(chars, false);
    }

    private void take(int chars, boolean reasoning) {
        held.delete(0, chars);
        int left = chars;
        while (left > 0) {
            Share share = shares.getFirst();
            if (reasoning && !share.counted) {
                reasoningTokens += share.tokens;
                share.counted = true;
            }
            int taken = Math.min(left, share.chars);
            share.chars -= taken;
            left -= taken;
            if (share.chars == 0) {
                shares.removeFirst();
            }
        }
    }
}
