package dev.unbusy.chat;

import java.util.List;

/**
 * How calls of a request's tools look in the text of an answer, for building a token grammar.
 *
 * <p>A call that must come: the content is {@code lead} and then {@code calls}, and ends there. A call that may come: the
 * content is free until it contains one of {@code triggers}; from the first character of that trigger on it must be
 * {@code calls}. Reasoning comes before the content and is free in both cases.
 *
 * @param lead what the model is used to write between nothing and calls, mostly nothing
 * @param triggers texts with which {@code calls} begins
 * @param triggersAtStartOnly a trigger counts only where nothing but white space stands before it in the content
 */
public record ToolCallForm(String lead, List<String> triggers, boolean triggersAtStartOnly, TextShape calls) {
    public ToolCallForm {
        triggers = List.copyOf(triggers);
    }
}
