package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.CompletionRequest;
import dev.unbusy.api.SamplingOptions;
import dev.unbusy.chat.ChatException;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.PromptInput;
import dev.unbusy.chat.RenderedPrompt;
import dev.unbusy.chat.Thinking;
import dev.unbusy.llama.LlamaException;
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

    PromptMaker(LoadedModel model) {
        this.model = model;
    }

    /** @throws dev.unbusy.api.ApiException if the conversation is refused or does not fit */
    List<GenerationRequest> chat(ChatRequest request) {
        Map<String, @Nullable Object> none = Map.of();
        Thinking thinking = request.thinking() == null
                ? Thinking.DEFAULT
                : request.thinking() ? Thinking.ENABLED : Thinking.DISABLED;
        RenderedPrompt prompt;
        try {
            prompt = model.format()
                    .render(new PromptInput(
                            copy(request.messages()),
                            List.of(),
                            true,
                            request.continueLast(),
                            thinking,
                            request.reasoningEffort() == null
                                    ? null
                                    : request.reasoningEffort().word(),
                            null,
                            LocalDate.now(java.time.ZoneId.systemDefault()),
                            none));
        } catch (ChatException e) {
            String param = e.param() == null ? "model" : e.param();
            throw new ApiError(
                            400, e.getMessage() + ". " + e.remedy().en(), "invalid_request_error", param, e.code(), 0)
                    .exception();
        }
        int[] tokens = tokens(prompt.text(), !prompt.startsWithBos(), "messages");
        int logprobs = request.logprobs() ? request.topLogprobs() : -1;
        return requests("messages", tokens, request.sampling(), logprobs, prompt.outputStart(), request.user());
    }

    /** The answers of all prompts, choice by choice. */
    List<GenerationRequest> completion(CompletionRequest request) {
        List<GenerationRequest> all = new ArrayList<>();
        for (CompletionRequest.Prompt prompt : request.prompts()) {
            int[] tokens = switch (prompt) {
                case CompletionRequest.Prompt.Text text -> tokens(text.text(), true, "prompt");
                case CompletionRequest.Prompt.Tokens ids -> checked(ids.ids());
            };
            all.addAll(requests(
                    "prompt", tokens, request.sampling(), request.logprobs(), OutputStart.PLAIN, request.user()));
        }
        return all;
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

    private int[] checked(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= model.vocab().size()) {
                throw ApiError.outOfRange(
                                "prompt[" + i + "]",
                                ids[i],
                                "a token id below " + model.vocab().size())
                        .exception();
            }
        }
        return ids;
    }

    /** @param param the request's field that the text came from */
    private int[] tokens(String text, boolean addSpecial, String param) {
        try {
            return model.vocab().tokenize(text, addSpecial, true);
        } catch (LlamaException e) {
            if (!e.code().equals("text-run-too-long")) {
                throw e;
            }
            throw new ApiError(
                            400,
                            e.getMessage() + ". " + e.remedy().en() + ".",
                            "invalid_request_error",
                            param,
                            e.code(),
                            0)
                    .exception();
        }
    }

    private List<GenerationRequest> requests(
            String param,
            int[] tokens,
            SamplingOptions options,
            int logprobs,
            OutputStart start,
            @Nullable String user) {
        Vocab vocab = model.vocab();
        int[] prompt = tokens.length > 0 || vocab.bos() < 0 ? tokens : new int[] {vocab.bos()};
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
                    start,
                    user == null ? "" : user));
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
