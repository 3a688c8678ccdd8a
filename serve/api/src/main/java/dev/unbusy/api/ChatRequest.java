package dev.unbusy.api;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/chat/completions}. Null in the JSON means absent, as OpenAI's clients send it.
 *
 * @param model as the client wrote it
 * @param messages in OpenAI's format as plain Java values; at least one; role {@code developer} has become {@code system},
 *     and content of text parts has become one string
 * @param stream answer as server-sent events
 * @param streamUsage where a stream tells its token counts
 * @param logprobs tell the probability of each token
 * @param topLogprobs how many of the most likely tokens to tell at each place, 0–20
 * @param thinking whether to think first; null where the request does not say
 * @param reasoningEffort how much; null where the request does not say
 * @param continueLast the last message is the beginning of the answer ({@code prefix: true})
 * @param tools what the model may call; empty for none
 * @param parallelToolCalls one answer may hold several calls
 * @param user whose cache and schedule this belongs to ({@code user_id} or {@code user})
 */
public record ChatRequest(
        String model,
        List<Map<String, Object>> messages,
        SamplingOptions sampling,
        boolean stream,
        StreamUsage streamUsage,
        boolean logprobs,
        int topLogprobs,
        @Nullable Boolean thinking,
        @Nullable ReasoningEffort reasoningEffort,
        boolean continueLast,
        List<ToolDefinition> tools,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        ResponseFormat responseFormat,
        @Nullable String user) {

    private static final int MAX_TOP_LOGPROBS = 20;

    /** @throws ApiException naming field, what was found and what is wanted */
    public static ChatRequest parse(byte[] json) {
        return JsonBody.parse(json, body -> new Fields().read(body));
    }

    /** The values while they are read. */
    private static final class Fields {
        private final CommonFields common = new CommonFields(true);
        private @Nullable MessageList messages;
        private boolean logprobs;
        private @Nullable Integer topLogprobs;
        private @Nullable Boolean thinking;
        private @Nullable ReasoningEffort effort;
        private List<ToolDefinition> tools = List.of();
        private @Nullable Object toolChoice;
        private boolean parallelToolCalls = true;
        private ResponseFormat responseFormat = new ResponseFormat.Text();

        ChatRequest read(JsonBody body) throws IOException {
            while (body.nextField()) {
                String name = body.field();
                if (!body.isNull() && !common.read(body, name)) {
                    own(body, name);
                } else if (body.isNull()) {
                    Parameters.requireKnown(name, true);
                }
            }
            return request();
        }

        private void own(JsonBody body, String name) throws IOException {
            switch (name) {
                case "messages" -> messages = MessageList.read(body);
                case "logprobs" -> logprobs = body.bool();
                case "top_logprobs" -> topLogprobs = (int) body.integer(0, MAX_TOP_LOGPROBS);
                case "thinking" -> {
                    thinking = null;
                    body.object("thinking", option -> thinking(body, option));
                    if (thinking == null) {
                        throw ApiError.missing("thinking.type").exception();
                    }
                }
                case "reasoning_effort" -> effort = effort(body);
                case "response_format" -> responseFormat = ResponseFormat.of(body.value());
                case "tools" -> tools = ToolDefinition.listOf(body.value());
                case "tool_choice" -> toolChoice = body.value();
                case "parallel_tool_calls" -> parallelToolCalls = body.bool();
                default -> Parameters.other(body, name, true);
            }
        }

        private void thinking(JsonBody body, String option) throws IOException {
            if (!option.equals("type")) {
                throw ApiError.unknownParameter("thinking." + option, "thinking.type")
                        .exception();
            }
            thinking = switch (body.string("thinking.type")) {
                case "enabled" -> true;
                case "disabled" -> false;
                default ->
                    throw ApiError.invalidValue("thinking.type", "must be enabled or disabled")
                            .exception();
            };
        }

        private static ReasoningEffort effort(JsonBody body) throws IOException {
            ReasoningEffort effort = ReasoningEffort.of(body.string());
            if (effort == null) {
                throw ApiError.invalidValue("reasoning_effort", "must be " + ReasoningEffort.WORDS)
                        .exception();
            }
            return effort;
        }

        private ChatRequest request() {
            String model = common.requiredModel();
            MessageList list = messages;
            if (list == null) {
                throw ApiError.missing("messages").exception();
            }
            Integer top = topLogprobs;
            if (top != null && top > 0 && !logprobs) {
                throw ApiError.invalidValue("top_logprobs", "needs 'logprobs': true")
                        .exception();
            }
            if (Boolean.TRUE.equals(thinking) && effort == ReasoningEffort.NONE) {
                throw ApiError.invalidValue("reasoning_effort", "is none, but 'thinking.type' is enabled; send one")
                        .exception();
            }
            ToolChoice choice = ToolChoice.of(toolChoice, tools);
            if (list.continueLast() && choice != ToolChoice.Mode.NONE) {
                throw ApiError.invalidValue(
                                "messages[" + (list.messages().size() - 1) + "].prefix",
                                "is true, but an answer that is begun already cannot call 'tools'; leave one out")
                        .exception();
            }
            return new ChatRequest(
                    model,
                    list.messages(),
                    common.sampling(),
                    common.stream,
                    common.streamUsage(),
                    logprobs,
                    top == null ? 0 : top,
                    effort == ReasoningEffort.NONE ? Boolean.FALSE : thinking,
                    effort,
                    list.continueLast(),
                    tools,
                    choice,
                    parallelToolCalls,
                    responseFormat,
                    common.user);
        }
    }
}
