package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.CompletionRequest;
import dev.unbusy.api.SamplingOptions;
import dev.unbusy.api.ToolDefinition;
import dev.unbusy.chat.ChatException;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.PromptInput;
import dev.unbusy.chat.RenderedPrompt;
import dev.unbusy.chat.Thinking;
import dev.unbusy.chat.ToolCallSyntax;
import dev.unbusy.llama.Vocab;
import dev.unbusy.sampling.LogitBias;
import dev.unbusy.sampling.Penalties;
import dev.unbusy.sampling.SamplerState;
import dev.unbusy.sampling.SamplingParameters;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Turns a checked request into what the engine computes. Calls the native tokenizer: for platform threads, not for event
 * loops or virtual threads.
 */
final class PromptMaker {
    private final LoadedModel model;
    private final MaskStore masks;
    private final ShapeMaker shapes;
    private final GapFiller gaps;
    private final RequestTokens tokens;

    /** One for each engine: the masks belong to its thread. */
    PromptMaker(LoadedModel model) {
        this.model = model;
        masks = new MaskStore(model.vocab());
        shapes = new ShapeMaker(model.vocab(), masks);
        gaps = new GapFiller(model.vocab());
        tokens = new RequestTokens(model.vocab());
    }

    /** @throws dev.unbusy.api.ApiException if the conversation is refused or does not fit */
    List<GenerationRequest> chat(ChatRequest request, Claims claims) {
        Map<String, @Nullable Object> none = Map.of();
        Thinking thinking = request.thinking() == null
                ? Thinking.DEFAULT
                : request.thinking() ? Thinking.ENABLED : Thinking.DISABLED;
        RenderedPrompt prompt;
        ToolCallSyntax syntax;
        try {
            syntax = ShapeMaker.offersTools(request) ? model.format().toolCalls() : null;
            prompt = model.format()
                    .render(new PromptInput(
                            copy(request.messages()),
                            syntax == null
                                    ? List.of()
                                    : request.tools().stream()
                                            .map(ToolDefinition::raw)
                                            .toList(),
                            true,
                            request.continueLast(),
                            thinking,
                            request.reasoningEffort() == null
                                    ? null
                                    : request.reasoningEffort().word(),
                            request.responseFormat().raw(),
                            LocalDate.now(java.time.ZoneId.systemDefault()),
                            none));
        } catch (ChatException e) {
            throw refused(e, "model");
        }
        int[] ids = tokens.of(prompt.text(), !prompt.startsWithBos(), true, "messages");
        int logprobs = request.logprobs() ? request.topLogprobs() : -1;
        AnswerShape shape = shapes.of(request, prompt.outputStart(), syntax);
        return requests("messages", ids, request.sampling(), logprobs, shape, claims);
    }

    private static ApiException refused(ChatException e, String fallback) {
        String param = e.param() == null ? fallback : e.param();
        return new ApiError(400, e.getMessage() + ". " + e.remedy().en(), "invalid_request_error", param, e.code(), 0)
                .exception();
    }

    /** The answers of all prompts, choice by choice. */
    List<GenerationRequest> completion(CompletionRequest request, Claims claims) {
        List<GenerationRequest> all = new ArrayList<>();
        for (CompletionRequest.Prompt prompt : request.prompts()) {
            int[] ids = switch (prompt) {
                case CompletionRequest.Prompt.Text text -> text(text.text(), request.suffix());
                case CompletionRequest.Prompt.Tokens given -> tokens.checked(given.ids(), "prompt");
            };
            all.addAll(requests(
                    "prompt",
                    ids,
                    request.sampling(),
                    request.logprobs(),
                    AnswerShape.free(OutputStart.PLAIN),
                    claims));
        }
        return all;
    }

    private int[] text(String prompt, @Nullable String suffix) {
        if (suffix == null) {
            return tokens.of(prompt, true, true, "prompt");
        }
        try {
            return gaps.prompt(prompt, suffix, (text, param) -> tokens.of(text, false, false, param));
        } catch (ChatException e) {
            throw refused(e, "suffix");
        }
    }

    /** The text of each choice's prompt. */
    List<String> echoes(List<GenerationRequest> generations, int choicesPerPrompt) {
        List<String> texts = new ArrayList<>(generations.size());
        for (int i = 0; i < generations.size(); i++) {
            texts.add(
                    i % choicesPerPrompt == 0
                            ? model.vocab().text(generations.get(i).prompt())
                            : texts.getLast());
        }
        return texts;
    }

    private static List<Map<String, @Nullable Object>> copy(List<Map<String, Object>> messages) {
        List<Map<String, @Nullable Object>> copies = new ArrayList<>(messages.size());
        for (Map<String, Object> message : messages) {
            copies.add(new HashMap<>(message));
        }
        return copies;
    }

    private List<GenerationRequest> requests(
            String param, int[] ids, SamplingOptions options, int logprobs, AnswerShape shape, Claims claims) {
        Vocab vocab = model.vocab();
        int[] prompt = ids.length > 0 || vocab.bos() < 0 ? ids : new int[] {vocab.bos()};
        if (prompt.length == 0) {
            throw ApiError.invalidValue("prompt", "has no tokens; send at least one character")
                    .exception();
        }
        int context = model.contextTokens();
        int asked = options.maxTokens() == null ? 1 : options.maxTokens();
        if ((long) prompt.length + asked > context) {
            throw ApiError.contextExceeded(prompt.length, asked, context)
                    .withParam(param)
                    .exception();
        }
        int maxTokens = options.maxTokens() == null ? context - prompt.length : options.maxTokens();
        SamplingParameters sampling = parameters(options, logprobs);
        long seed = options.seed() == null ? ThreadLocalRandom.current().nextLong() : options.seed();
        List<GenerationRequest> requests = new ArrayList<>(options.n());
        for (int choice = 0; choice < options.n(); choice++) {
            requests.add(new GenerationRequest(
                    prompt.clone(),
                    maxTokens,
                    sampling,
                    SamplerState.start(seed, choice),
                    options.stop(),
                    options.ignoreEos(),
                    shape,
                    shape.grammar() == null ? null : masks,
                    claims));
        }
        return requests;
    }

    private static SamplingParameters parameters(SamplingOptions options, int logprobs) {
        Map<Integer, Float> bias = new HashMap<>();
        options.logitBias().forEach((token, value) -> bias.put(token, value.floatValue()));
        double topP = options.topP() == null ? 1 : options.topP();
        int topK = options.topK() == null ? 0 : options.topK();
        return new SamplingParameters(
                options.temperature() == null ? 1 : options.temperature().floatValue(),
                topP == 0 ? 1 : topK,
                topP == 0 ? 1 : (float) topP,
                options.minP() == null ? 0 : options.minP().floatValue(),
                new Penalties(
                        options.repetitionPenalty() == null
                                ? 1
                                : options.repetitionPenalty().floatValue(),
                        (float) options.frequencyPenalty(),
                        (float) options.presencePenalty()),
                LogitBias.of(bias),
                logprobs);
    }
}
