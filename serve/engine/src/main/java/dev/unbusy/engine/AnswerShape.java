package dev.unbusy.engine;

import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.Tool;
import dev.unbusy.chat.ToolCallSyntax;
import dev.unbusy.grammar.Grammar;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the text of an answer is made of, and what it must look like. Immutable; shared by the choices of a request.
 *
 * @param start where the generated text begins
 * @param calls how the model calls tools; null if the request offers none
 * @param tools what the request offers
 * @param shownTokens control tokens whose text belongs to the answer's markup and is to be read, not hidden
 * @param grammar what the whole text must be; null if it is free
 */
public record AnswerShape(
        OutputStart start,
        @Nullable ToolCallSyntax calls,
        List<Tool> tools,
        Set<Integer> shownTokens,
        @Nullable Grammar grammar) {

    /** Free text without calls. */
    static AnswerShape free(OutputStart start) {
        return new AnswerShape(start, null, List.of(), Set.of(), null);
    }
}
