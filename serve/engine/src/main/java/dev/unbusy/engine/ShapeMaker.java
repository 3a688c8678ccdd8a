package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ChatRequest;
import dev.unbusy.api.ResponseFormat;
import dev.unbusy.api.ToolChoice;
import dev.unbusy.api.ToolDefinition;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.Tool;
import dev.unbusy.chat.ToolCallSyntax;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.GrammarException;
import dev.unbusy.llama.Vocab;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the answer to a chat request must look like. Thread-safe; takes up to a second for a schema that was not
 * seen before, so not for the engine's thread.
 *
 * <ol>
 *   <li>{@code tool_choice} required or a name: calls and nothing else; a named function is called once.
 *   <li>{@code response_format} with tools that may be called: calls or JSON.
 *   <li>Tools that may be called: any text, but what begins as a call is one of them to its end.
 *   <li>{@code response_format} alone: JSON.
 * </ol>
 *
 * <p>A schema that cannot be enforced is refused where the request says {@code strict} or asks for it as its {@code
 * response_format}; a tool that is not strict may then be called with any object, as OpenAI's API promises no more.
 */
final class ShapeMaker {
    static final String SCHEMA_FIELD = "response_format.json_schema.schema";
    private static final List<String> REASONING_TAGS = List.of("<think>", "</think>");

    private final MaskStore masks;
    private final GrammarCache cache = new GrammarCache();
    /** Control tokens of the vocabulary by their texts. */
    private final Map<String, Integer> control = new LinkedHashMap<>();

    ShapeMaker(Vocab vocab, MaskStore masks) {
        this.masks = masks;
        for (int token = 0; token < vocab.size(); token++) {
            if (vocab.isControl(token)) {
                control.put(new String(vocab.piece(token, true), StandardCharsets.UTF_8), token);
            }
        }
    }

    /** Whether the model is shown the request's tools. */
    static boolean offersTools(ChatRequest request) {
        return !request.tools().isEmpty() && request.toolChoice() != ToolChoice.Mode.NONE;
    }

    /**
     * @param syntax how the model calls tools; null if the request offers none
     * @throws dev.unbusy.api.ApiException naming the field and keyword that cannot be enforced
     */
    AnswerShape of(ChatRequest request, OutputStart start, @Nullable ToolCallSyntax syntax) {
        if (syntax == null && request.responseFormat() instanceof ResponseFormat.Text) {
            return AnswerShape.free(start);
        }
        if (start == OutputStart.CONTENT_CONTINUED || request.continueLast()) {
            throw ApiError.invalidValue(
                            "response_format",
                            "cannot be demanded of an answer that is begun already; leave out 'prefix' or"
                                    + " 'response_format'")
                    .exception();
        }
        masks.prepare();
        Markup markup = new Markup(start, markers(syntax));
        if (syntax == null) {
            return new AnswerShape(start, null, List.of(), markup.shown(control), json(request, markup));
        }
        List<Tool> tools =
                Tool.listOf(request.tools().stream().map(ToolDefinition::raw).toList());
        return new AnswerShape(start, syntax, tools, markup.shown(control), calls(request, markup, syntax, tools));
    }

    /** @param controlTokens texts of control tokens that the answer's markup may hold */
    private record Markup(OutputStart start, List<String> controlTokens) {
        GrammarMaker maker() {
            return new GrammarMaker(start, controlTokens);
        }

        Set<Integer> shown(Map<String, Integer> control) {
            return Set.copyOf(controlTokens.stream().map(control::get).toList());
        }
    }

    private List<String> markers(@Nullable ToolCallSyntax syntax) {
        List<String> texts = new ArrayList<>(REASONING_TAGS);
        if (syntax != null) {
            texts.addAll(syntax.markers());
        }
        return texts.stream().distinct().filter(control::containsKey).toList();
    }

    private Grammar json(ChatRequest request, Markup markup) {
        Map<String, @Nullable Object> schema = schema(request.responseFormat());
        return cache.get(GrammarCache.key("json", markup, schema), () -> {
            try {
                return markup.maker().json(schema);
            } catch (GrammarException e) {
                throw ToolGrammars.refused(e, SCHEMA_FIELD);
            }
        });
    }

    private Grammar calls(ChatRequest request, Markup markup, ToolCallSyntax syntax, List<Tool> tools) {
        Map<String, @Nullable Object> schema = schema(request.responseFormat());
        boolean text = request.responseFormat() instanceof ResponseFormat.Text;
        List<Tool> callable = tools;
        boolean parallel = request.parallelToolCalls();
        boolean must = request.toolChoice() == ToolChoice.Mode.REQUIRED;
        if (request.toolChoice() instanceof ToolChoice.Function named) {
            must = true;
            parallel = false;
            callable = tools.stream()
                    .filter(tool -> tool.name().equals(named.name()))
                    .toList();
        }
        ToolGrammars.Demand demand = must
                ? (maker, form) -> maker.calls(form)
                : text
                        ? (maker, form) -> maker.mayCall(form, syntax.endsReasoning())
                        : (maker, form) -> maker.callsOrJson(form, schema);
        ToolGrammars grammars = new ToolGrammars(syntax, tools, parallel, markup::maker, demand);
        List<Tool> wanted = callable;
        String kind = must ? "must" : text ? "may" : "or";
        return cache.get(
                GrammarCache.key(kind, markup, syntax, parallel, ToolGrammars.described(wanted), must ? null : schema),
                () -> grammars.of(wanted));
    }

    private static @Nullable Map<String, @Nullable Object> schema(ResponseFormat format) {
        return format instanceof ResponseFormat.JsonSchema schema ? schema.schema() : null;
    }
}
