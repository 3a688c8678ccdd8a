package dev.unbusy.chat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One conversation to render: the parts of a Chat Completions request that the prompt depends on, as parsed JSON (null,
 * Boolean, Number, String, List, Map). Nothing is copied; the caller does not change the lists while rendering.
 *
 * @param messages OpenAI's {@code messages}
 * @param tools OpenAI's {@code tools}; empty when there are none or {@code tool_choice} is {@code none}
 * @param addGenerationPrompt whether the prompt is to end where the model's answer begins
 * @param continueFinalMessage whether the model is to go on with the last message, which is the assistant's; so does a
 *     last message with {@code "prefix": true} by itself
 * @param reasoningEffort DeepSeek's and OpenAI's {@code reasoning_effort}, or null
 * @param responseFormat OpenAI's {@code response_format}; DeepSeek's encodings write it into the prompt, templates do not
 * @param today what a template that asks for the date is told
 * @param variables further template variables ({@code chat_template_kwargs}); they win over ours
 */
public record PromptInput(
        List<Map<String, @Nullable Object>> messages,
        List<Map<String, @Nullable Object>> tools,
        boolean addGenerationPrompt,
        boolean continueFinalMessage,
        Thinking thinking,
        @Nullable String reasoningEffort,
        @Nullable Map<String, @Nullable Object> responseFormat,
        LocalDate today,
        Map<String, @Nullable Object> variables) {

    /** A plain conversation that the model is to answer. */
    public static PromptInput of(List<Map<String, @Nullable Object>> messages, LocalDate today) {
        return new PromptInput(messages, List.of(), true, false, Thinking.DEFAULT, null, null, today, Map.of());
    }

    public PromptInput withTools(List<Map<String, @Nullable Object>> newTools) {
        return new PromptInput(
                messages,
                newTools,
                addGenerationPrompt,
                continueFinalMessage,
                thinking,
                reasoningEffort,
                responseFormat,
                today,
                variables);
    }

    public PromptInput withThinking(Thinking newThinking, @Nullable String newReasoningEffort) {
        return new PromptInput(
                messages,
                tools,
                addGenerationPrompt,
                continueFinalMessage,
                newThinking,
                newReasoningEffort,
                responseFormat,
                today,
                variables);
    }

    public PromptInput withResponseFormat(@Nullable Map<String, @Nullable Object> newResponseFormat) {
        return new PromptInput(
                messages,
                tools,
                addGenerationPrompt,
                continueFinalMessage,
                thinking,
                reasoningEffort,
                newResponseFormat,
                today,
                variables);
    }

    public PromptInput withContinueFinalMessage(boolean newContinueFinalMessage) {
        return new PromptInput(
                messages,
                tools,
                addGenerationPrompt,
                newContinueFinalMessage,
                thinking,
                reasoningEffort,
                responseFormat,
                today,
                variables);
    }

    public PromptInput withAddGenerationPrompt(boolean newAddGenerationPrompt) {
        return new PromptInput(
                messages,
                tools,
                newAddGenerationPrompt,
                continueFinalMessage,
                thinking,
                reasoningEffort,
                responseFormat,
                today,
                variables);
    }

    public PromptInput withVariables(Map<String, @Nullable Object> newVariables) {
        return new PromptInput(
                messages,
                tools,
                addGenerationPrompt,
                continueFinalMessage,
                thinking,
                reasoningEffort,
                responseFormat,
                today,
                newVariables);
    }
}
