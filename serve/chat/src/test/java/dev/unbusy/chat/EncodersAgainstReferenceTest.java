package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unbusy.chat.DeepSeekV4Format.Release;
import dev.unbusy.chat.RandomConversations.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our encoders against DeepSeek's own, over hundreds of conversations. */
class EncodersAgainstReferenceTest {
    private static final int CONVERSATIONS = 500;
    private static final long SEED = 20261124;

    @ParameterizedTest
    @EnumSource(Family.class)
    void render_anyConversation_equalsReference(Family family) throws Exception {
        RandomConversations conversations = new RandomConversations(SEED, family);
        List<PromptInput> inputs = new ArrayList<>();
        List<Map<String, @Nullable Object>> cases = new ArrayList<>();
        for (int i = 0; i < CONVERSATIONS; i++) {
            PromptInput input = conversations.next();
            inputs.add(input);
            cases.add(referenceCase(family, input));
        }
        List<JsonNode> answers = TestSetup.reference(cases);
        ChatFormat format = format(family);
        for (int i = 0; i < CONVERSATIONS; i++) {
            String about =
                    "seed " + SEED + ", conversation " + i + ": " + TestSetup.JSON.writeValueAsString(cases.get(i));
            assertThat(answers.get(i).path("error").asText("")).as(about).isEmpty();
            String ours = format.render(inputs.get(i)).text();
            String theirs = answers.get(i).get("text").asText();
            assertThat(firstDifference(ours, theirs)).as(about).isEmpty();
        }
        // The conversations are worth something only if they reach what they are meant to reach.
        assertThat(cases.toString()).contains("tool_calls", "reasoning_content", "json_schema");
    }

    private static String firstDifference(String ours, String theirs) {
        int mismatch = Arrays.mismatch(ours.toCharArray(), theirs.toCharArray());
        return mismatch < 0
                ? ""
                : "at " + mismatch + " ours has\n" + around(ours, mismatch) + "\nand the reference\n"
                        + around(theirs, mismatch);
    }

    private static String around(String text, int at) {
        return text.substring(Math.max(0, at - 60), Math.min(text.length(), at + 60));
    }

    private static ChatFormat format(Family family) {
        return switch (family) {
            case V32 -> new DeepSeekV32Format();
            case V4 -> new DeepSeekV4Format(Release.FIRST);
            case V4_SECOND -> new DeepSeekV4Format(Release.SECOND);
            case V41 -> new DeepSeekV41Format();
        };
    }

    private static Map<String, @Nullable Object> referenceCase(Family family, PromptInput input) {
        Map<String, @Nullable Object> referenceCase = new LinkedHashMap<>();
        referenceCase.put("family", family.referenceName);
        referenceCase.put("messages", input.messages());
        referenceCase.put("tools", input.tools());
        referenceCase.put("response_format", input.responseFormat());
        // The effort's meaning for thinking is ours to get right for the published encoders, the recipe's own for its.
        referenceCase.put("thinking", ReasoningEffort.thinks(input));
        String effort = input.reasoningEffort();
        referenceCase.put("reasoning_effort", "ultra".equals(effort) && !family.isRecipe() ? "max" : effort);
        return referenceCase;
    }
}
