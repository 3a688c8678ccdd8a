package dev.unbusy.chat;

import dev.unbusy.chat.DeepSeekText.Tags;
import dev.unbusy.chat.Message.Role;
import dev.unbusy.chat.Message.ToolCall;
import dev.unbusy.chat.MessageReader.Turns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The encoding of DeepSeek V4, which has no template:
 *
 * <ol>
 *   <li>User messages and tool results in a row become one user turn; the results in it are put in the order of the calls.
 *   <li>Tools and answer format are appended to the first system message.
 *   <li>Reasoning before the last user turn is left out, unless the conversation has tools.
 *   <li>A user turn opens the assistant's turn after itself, if that follows.
 * </ol>
 *
 * Source: {@code encoding_dsv4.py}, which DeepSeek publishes with the model. One departure: a {@code developer} message,
 * which there belongs to DeepSeek's own search agent and is dropped from the history, is a system message as in OpenAI's
 * API. The model's inner roles and tasks ({@code latest_reminder}, {@code task}) are not offered.
 */
final class DeepSeekV4Format implements ChatFormat {
    static final Tags TAGS = new Tags("tool_calls", "invoke", "parameter");

    private static final String ABSOLUTE_MAXIMUM = """
            Reasoning Effort: Absolute maximum with no shortcuts permitted.
            You MUST be very thorough in your thinking and comprehensively decompose the problem to resolve the root cause, rigorously stress-testing your logic against all potential paths, edge cases, and adversarial scenarios.
            Explicitly write out your entire deliberation process, documenting every intermediate step, considered alternative, and rejected hypothesis to ensure absolutely no assumption is left unchecked.

            """;
    private static final String BEYOND_MAXIMUM = """
            Reasoning Effort: Beyond maximum — exhaustive, relentless, and uncompromising.
            You MUST reason with the utmost depth and rigor, leaving absolutely nothing to chance: exhaustively decompose the problem into its most fundamental components, trace every causal chain to its root, and resolve the underlying cause rather than any surface symptom.
            Do not stop reasoning until you have independently verified the solution from multiple angles and are certain that no assumption remains unchecked and no error remains undiscovered.

            """;

    /** The checkpoints: the later ones know three efforts, and what was the first ones' highest is their middle one. */
    enum Release {
        /** V4-Flash and V4-Pro of April 2026. */
        FIRST("deepseek-v4"),
        /** V4-Flash-0731 and V4-Pro-0813. */
        SECOND("deepseek-v4-0731");

        private final String formatName;

        Release(String formatName) {
            this.formatName = formatName;
        }

        private String effortPrompt(ReasoningEffort effort) {
            return switch (this) {
                case FIRST -> effort == ReasoningEffort.MAX ? ABSOLUTE_MAXIMUM : "";
                case SECOND ->
                    switch (effort) {
                        case LOW -> "";
                        case HIGH -> ABSOLUTE_MAXIMUM;
                        case MAX -> BEYOND_MAXIMUM;
                    };
            };
        }
    }

    private final Release release;

    DeepSeekV4Format(Release release) {
        this.release = release;
    }

    @Override
    public String name() {
        return release.formatName;
    }

    @Override
    public ToolCallSyntax toolCalls() {
        return ToolCallSyntax.DSML_V4;
    }

    @Override
    public RenderedPrompt render(PromptInput input) {
        Turns turns = DeepSeekText.read(input);
        boolean thinking = ReasoningEffort.thinks(input);
        boolean keepsReasoning = !input.tools().isEmpty();
        List<List<Message>> blocks = blocks(DeepSeekText.withSystemSections(turns.messages(), sections(input))); // 1, 2
        boolean opens = input.addGenerationPrompt() || turns.continued() != null;
        int lastUser = lastUser(blocks);

        StringBuilder out = new StringBuilder(DeepSeekText.BOS);
        ReasoningEffort effort = ReasoningEffort.of(input.reasoningEffort());
        out.append(thinking ? release.effortPrompt(effort) : "");
        boolean open = false;
        for (int i = 0; i < blocks.size(); i++) {
            Message first = blocks.get(i).getFirst();
            open = false;
            switch (first.role()) {
                case SYSTEM -> out.append(first.text());
                case ASSISTANT -> {
                    if (thinking && (keepsReasoning || i > lastUser)) { // 3
                        out.append(first.reasoningText()).append(DeepSeekText.END_THINK);
                    }
                    out.append(first.text());
                    if (!first.toolCalls().isEmpty()) {
                        out.append("\n\n").append(TAGS.toolCalls(first.toolCalls()));
                    }
                    out.append(DeepSeekText.EOS);
                }
                case USER, TOOL -> {
                    out.append(DeepSeekText.USER);
                    String separator = "";
                    for (Message message : blocks.get(i)) {
                        boolean result = message.role() == Role.TOOL;
                        out.append(separator)
                                .append(result ? "<tool_result>" : "")
                                .append(message.text())
                                .append(result ? "</tool_result>" : "");
                        separator = "\n\n";
                    }
                    boolean last = i == blocks.size() - 1;
                    if (last ? opens : blocks.get(i + 1).getFirst().role() == Role.ASSISTANT) { // 4
                        out.append(DeepSeekText.opening(thinking && (keepsReasoning || i >= lastUser)));
                        open = true;
                    }
                }
            }
        }
        if (opens && !open) {
            out.append(DeepSeekText.opening(thinking));
        }
        return DeepSeekText.prompt(out, input, turns.continued(), thinking);
    }

    private static List<String> sections(PromptInput input) {
        List<String> sections = new ArrayList<>();
        if (!input.tools().isEmpty()) {
            sections.add(TAGS.toolPrompt(DeepSeekText.functionSchemas(input)));
        }
        String responseFormat = DeepSeekText.responseFormat(input);
        if (responseFormat != null) {
            sections.add(responseFormat);
        }
        return sections;
    }

    /** One list for each system message, each assistant message, and each user turn. */
    private static List<List<Message>> blocks(List<Message> messages) {
        List<List<Message>> blocks = new ArrayList<>();
        Map<String, Integer> callOrder = Map.of();
        for (Message message : messages) {
            boolean joins = message.fromUserOrTool()
                    && !blocks.isEmpty()
                    && blocks.getLast().getFirst().fromUserOrTool();
            if (!joins) {
                blocks.add(new ArrayList<>());
            }
            blocks.getLast().add(message);
        }
        for (List<Message> block : blocks) {
            Message first = block.getFirst();
            if (!first.toolCalls().isEmpty()) {
                callOrder = callOrder(first.toolCalls());
            } else if (first.fromUserOrTool()) {
                sortResults(block, callOrder);
            }
        }
        return blocks;
    }

    static Map<String, Integer> callOrder(List<ToolCall> calls) {
        Map<String, Integer> order = new HashMap<>();
        for (int i = 0; i < calls.size(); i++) {
            String id = calls.get(i).id();
            if (id != null && !id.isEmpty()) {
                order.put(id, i);
            }
        }
        return order;
    }

    /** Sorts the tool results among the messages by the order of the calls; an unknown one counts as the first. */
    static void sortResults(List<Message> messages, Map<String, Integer> callOrder) {
        Iterator<Message> results = messages.stream()
                .filter(message -> message.role() == Role.TOOL)
                .sorted(Comparator.comparingInt(result -> {
                    String id = result.toolCallId();
                    return id == null ? 0 : callOrder.getOrDefault(id, 0);
                }))
                .toList()
                .iterator();
        messages.replaceAll(message -> message.role() == Role.TOOL ? results.next() : message);
    }

    private static int lastUser(List<List<Message>> blocks) {
        for (int i = blocks.size() - 1; i >= 0; i--) {
            if (blocks.get(i).getFirst().fromUserOrTool()) {
                return i;
            }
        }
        return -1;
    }
}
