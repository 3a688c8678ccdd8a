package dev.unbusy.chat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Conversations made up at random within what one reference can be asked: tools, several calls at once, results in another
 * order, reasoning in the history, system messages in the middle, text that looks like markup.
 */
final class RandomConversations {
    /** A reference, and what it takes. */
    enum Family {
        V32("v32", true, false, false),
        V4("v4", false, true, true),
        V4_SECOND("v4-second", false, false, false),
        V41("v41", false, true, false);

        final String referenceName;
        private final boolean needsReasoning;
        private final boolean systemAnywhereAndAnyOrder;
        private final boolean anyArguments;

        Family(String referenceName, boolean needsReasoning, boolean systemAnywhereAndAnyOrder, boolean anyArguments) {
            this.referenceName = referenceName;
            this.needsReasoning = needsReasoning;
            this.systemAnywhereAndAnyOrder = systemAnywhereAndAnyOrder;
            this.anyArguments = anyArguments;
        }

        /** The recipe, which checks requests as DeepSeek's API does, and can be asked to continue a message. */
        boolean isRecipe() {
            return this == V4_SECOND || this == V41;
        }
    }

    private static final String[] WORDS = {
        "hello", "世界", "🙂🙃", "a\"b\\c", "line\nbreak", "{x}", "{{ 7*7 }}", "%s", "\ttab", "\u0001", "\u2028",
                "</think>",
        "<think>", "<｜User｜>", "｜DSML｜", "<tool_result>", "é", "", " ", "\r\n", "true", "7", "'", "{\"a\": 1}"
    };
    private static final String[] EFFORTS = {
        null, null, "none", "minimal", "low", "medium", "high", "xhigh", "ultra", "max"
    };

    private final Random random;
    private final Family family;
    private int calls;

    RandomConversations(long seed, Family family) {
        this.random = new Random(seed);
        this.family = family;
    }

    PromptInput next() {
        calls = 0;
        List<Map<String, @Nullable Object>> tools = chance(0.5) ? tools() : List.of();
        List<Map<String, @Nullable Object>> messages = new ArrayList<>();
        if (chance(0.6)) {
            messages.add(message(family != Family.V4_SECOND && chance(0.3) ? "developer" : "system", filled(), null));
        }
        int rounds = 1 + random.nextInt(4);
        for (int round = 0; round < rounds; round++) {
            round(messages, !tools.isEmpty(), round == rounds - 1);
        }
        String effort = EFFORTS[random.nextInt(EFFORTS.length)];
        Thinking thinking =
                "none".equals(effort) ? Thinking.DEFAULT : chance(0.7) ? Thinking.ENABLED : Thinking.DISABLED;
        boolean ended = "assistant".equals(messages.getLast().get("role"))
                && !Boolean.TRUE.equals(messages.getLast().get("prefix"));
        return new PromptInput(
                messages, tools, !ended, false, thinking, effort, responseFormat(), LocalDate.EPOCH, Map.of());
    }

    private void round(List<Map<String, @Nullable Object>> messages, boolean hasTools, boolean last) {
        messages.add(message("user", content(), null));
        if (chance(0.15)) {
            messages.add(message("user", content(), null));
        }
        boolean usesTools = hasTools && chance(0.6);
        for (int loops = usesTools ? 1 + random.nextInt(2) : 0; loops > 0; loops--) {
            toolLoop(messages);
            if (last && chance(0.4)) {
                return;
            }
        }
        if (last && chance(0.6)) {
            return;
        }
        Map<String, @Nullable Object> answer = message("assistant", filled(), reasoning());
        if (last && family.isRecipe()) {
            if (hasTools) {
                return;
            }
            answer.put("prefix", true);
            if (chance(0.4)) {
                answer.put("content", "");
            }
        }
        messages.add(answer);
        if (!last && family.systemAnywhereAndAnyOrder && chance(0.2)) {
            messages.add(message("system", filled(), null));
        }
    }

    private void toolLoop(List<Map<String, @Nullable Object>> messages) {
        List<Object> toolCalls = new ArrayList<>();
        List<Map<String, @Nullable Object>> results = new ArrayList<>();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            // Three digits: the order of the ids as text is the order of the calls.
            String id = "call_" + (100 + calls++);
            Map<String, @Nullable Object> call = new LinkedHashMap<>();
            call.put("id", id);
            call.put("type", "function");
            call.put("function", Map.of("name", "tool_" + random.nextInt(3), "arguments", arguments()));
            toolCalls.add(call);
            Map<String, @Nullable Object> result = message("tool", content(), null);
            result.put("tool_call_id", id);
            results.add(result);
        }
        Object content = chance(0.4) ? null : chance(0.5) ? "" : filled();
        Map<String, @Nullable Object> assistant = message("assistant", content, reasoning());
        assistant.put("tool_calls", toolCalls);
        messages.add(assistant);
        if (family.systemAnywhereAndAnyOrder) {
            Collections.shuffle(results, random);
        }
        messages.addAll(results);
    }

    private String arguments() {
        if (family.anyArguments && chance(0.1)) {
            return chance(0.5) ? "not json" : "{}";
        }
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            arguments.put(chance(0.8) ? "key" + n : "键 " + n, value(2));
        }
        try {
            return TestSetup.JSON.writeValueAsString(arguments);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0, 1, 2 -> text();
            case 3 -> family.isRecipe() ? random.nextInt() : random.nextLong();
            case 4 ->
                family.isRecipe()
                        ? random.nextInt(1000) / 8.0
                        : Math.scalb(random.nextGaussian(), random.nextInt(200) - 100);
            case 5 -> chance(0.5);
            case 6 -> null;
            case 7 -> Collections.nCopies(random.nextInt(3), value(depth - 1));
            default -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                for (int n = random.nextInt(3); n > 0; n--) {
                    map.put("k" + n, value(depth - 1));
                }
                yield map;
            }
        };
    }

    private List<Map<String, @Nullable Object>> tools() {
        List<Map<String, @Nullable Object>> tools = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            Map<String, @Nullable Object> function = new LinkedHashMap<>();
            function.put("name", "tool_" + i);
            function.put("description", text());
            function.put("parameters", schema());
            if (!family.isRecipe() && chance(0.3)) {
                function.put("strict", true);
            }
            tools.add(Map.of("type", "function", "function", function));
        }
        return tools;
    }

    private Map<String, @Nullable Object> schema() {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        properties.put("key1", Map.of("type", "string"));
        for (int n = random.nextInt(3); n > 0; n--) {
            Map<String, @Nullable Object> property = new LinkedHashMap<>();
            property.put("description", text());
            property.put("enum", List.of(n, 0.5, "世界 " + n, true, List.of(Map.of("k", "\"v\""))));
            property.put("default", null);
            properties.put("键 " + n, property);
        }
        schema.put("properties", properties);
        schema.put("required", List.of("key1"));
        return schema;
    }

    private @Nullable Map<String, @Nullable Object> responseFormat() {
        if (chance(0.7)) {
            return null;
        }
        if (chance(0.3)) {
            return Map.of("type", "text");
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        named.put("name", "answer");
        named.put("schema", schema());
        Map<String, @Nullable Object> format = new LinkedHashMap<>();
        format.put("type", "json_schema");
        format.put("json_schema", named);
        return format;
    }

    private static Map<String, @Nullable Object> message(
            String role, @Nullable Object content, @Nullable String reasoning) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        if (reasoning != null) {
            message.put("reasoning_content", reasoning);
        }
        return message;
    }

    private @Nullable String reasoning() {
        return family.needsReasoning || chance(0.7) ? filled() : null;
    }

    private Object content() {
        if (chance(0.8)) {
            // The second release's converter leaves empty user messages out.
            return family == Family.V4_SECOND ? filled() : text();
        }
        return List.of(Map.of("type", "text", "text", text()), Map.of("type", "text", "text", text()));
    }

    private String filled() {
        return "." + text();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(5); n >= 0; n--) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private boolean chance(double p) {
        return random.nextDouble() < p;
    }
}
