package dev.unbusy.engine;

import dev.unbusy.chat.OutputSplitter;
import dev.unbusy.chat.OutputSplitter.Kind;
import dev.unbusy.chat.OutputSplitter.Piece;
import dev.unbusy.llama.Vocab;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From the tokens of an answer to reasoning, content and calls: 1. bytes to characters, 2. stop texts, 3. {@link
 * OutputSplitter}. Where tools are offered, stop texts are looked for behind the splitter, in reasoning and content only:
 * a line break as stop text must not end the markup of a call. For one answer, used by one thread.
 */
final class AnswerText {
    private final TextAssembler characters = new TextAssembler();
    private final StopMatcher stops;
    private final OutputSplitter splitter;
    private final Set<Integer> shownTokens;
    private final boolean mayCall;
    private Kind held = Kind.CONTENT;

    AnswerText(AnswerShape shape, List<String> stopTexts) {
        stops = new StopMatcher(stopTexts);
        splitter = new OutputSplitter(shape.start(), shape.calls(), shape.tools());
        shownTokens = shape.shownTokens();
        mayCall = shape.calls() != null;
    }

    /** What is certain with this token. */
    List<Piece> add(int token, Vocab vocab) {
        boolean shown = !shownTokens.isEmpty() && shownTokens.contains(token);
        String text = !shown && characters.isEmpty() ? vocab.wholeText(token) : "";
        if (text.isEmpty()) {
            vocab.appendPiece(token, shown, characters.room(vocab.pieceLength(token, shown)));
            text = characters.take();
        }
        return mayCall ? cut(splitter.feed(text)) : splitter.feed(stops.feed(text));
    }

    /** The answer has ended: what was held back. */
    List<Piece> finish() {
        List<Piece> rest = new ArrayList<>(2);
        if (mayCall) {
            if (!stops.stopped()) {
                rest.addAll(cut(splitter.feed(characters.finish())));
                rest.addAll(cut(splitter.finish()));
                release(rest);
            }
            return rest;
        }
        if (!stops.stopped()) {
            String left = characters.finish();
            String tail = stops.feed(left) + (stops.stopped() ? "" : stops.finish());
            if (!tail.isEmpty()) {
                rest.addAll(splitter.feed(tail));
            }
        }
        rest.addAll(splitter.finish());
        return rest;
    }

    /** The pieces up to a stop text. */
    private List<Piece> cut(List<Piece> pieces) {
        List<Piece> certain = new ArrayList<>(pieces.size());
        for (Piece piece : pieces) {
            if (stops.stopped()) {
                break;
            }
            if (piece.kind() != held) {
                release(certain);
                held = piece.kind();
            }
            if (isCall(piece)) {
                certain.add(piece);
            } else {
                put(stops.feed(piece.text()), certain);
            }
        }
        return certain;
    }

    private void release(List<Piece> into) {
        if (!stops.stopped()) {
            put(stops.finish(), into);
        }
    }

    private void put(String text, List<Piece> into) {
        if (!text.isEmpty()) {
            into.add(new Piece(held, text));
        }
    }

    static boolean isCall(Piece piece) {
        return piece.kind() == Kind.CALL || piece.kind() == Kind.CALL_ARGUMENTS;
    }

    boolean stopped() {
        return stops.stopped();
    }

    /** The stop text that was reached; null where none was. */
    @Nullable
    String stopText() {
        return stops.found();
    }

    boolean insideReasoning() {
        return splitter.insideReasoning();
    }

    /** Whether the text so far ends in the markup of calls, which is no part of the content. */
    boolean insideCalls() {
        return splitter.insideCalls();
    }

    boolean mayCall() {
        return mayCall;
    }

    int toolCalls() {
        return splitter.toolCalls();
    }

    int reasoningTokens() {
        return splitter.reasoningTokens();
    }
}
