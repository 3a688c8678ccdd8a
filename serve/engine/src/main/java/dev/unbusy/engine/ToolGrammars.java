package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.chat.Tool;
import dev.unbusy.chat.ToolCallForm;
import dev.unbusy.chat.ToolCallSyntax;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.GrammarException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of one request's calls, with the schemas of its tools as far as they can be enforced.
 *
 * <ol>
 *   <li>All schemas as they are.
 *   <li>Where that fails: tools whose own schema cannot be enforced take any object, or are refused if they are strict.
 *   <li>Where all together are too large: every tool that is not strict takes any object.
 * </ol>
 *
 * @param offered all tools of the request, for the index in a complaint
 * @param makers a fresh maker for each attempt
 */
record ToolGrammars(
        ToolCallSyntax syntax, List<Tool> offered, boolean parallel, Supplier<GrammarMaker> makers, Demand demand) {

    /** What the answer must be, given what calls look like. */
    interface Demand {
        Grammar grammar(GrammarMaker maker, ToolCallForm form);
    }

    /** @throws ApiException naming the tool and the keyword that cannot be enforced */
    Grammar of(List<Tool> callable) {
        Grammar grammar = attempt(callable); // 1
        if (grammar == null) {
            grammar = attempt(callable.stream().map(this::enforceable).toList()); // 2
        }
        if (grammar != null) {
            return grammar;
        }
        List<Tool> free = callable.stream()
                .map(tool -> tool.strict() ? tool : tool.withFreeArguments())
                .toList();
        try {
            return demand.grammar(makers.get(), syntax.form(free, parallel)); // 3
        } catch (GrammarException e) {
            throw refused(e, e.code().startsWith("schema-too-large") ? "tools" : ShapeMaker.SCHEMA_FIELD);
        }
    }

    private @Nullable Grammar attempt(List<Tool> callable) {
        try {
            return demand.grammar(makers.get(), syntax.form(callable, parallel));
        } catch (GrammarException e) {
            return null;
        }
    }

    private Tool enforceable(Tool tool) {
        try {
            makers.get().calls(syntax.form(List.of(tool), false));
            return tool;
        } catch (GrammarException e) {
            if (tool.strict()) {
                throw refused(e, "tools[" + offered.indexOf(tool) + "].function.parameters");
            }
            return tool.withFreeArguments();
        }
    }

    /** What the grammar depends on. */
    static List<Object> described(List<Tool> tools) {
        List<Object> described = new ArrayList<>(tools.size());
        tools.forEach(tool -> described.add(List.of(tool.name(), tool.strict(), tool.parameters())));
        return described;
    }

    /** @param param the field of the request that holds the schema */
    static ApiException refused(GrammarException e, String param) {
        return new ApiError(
                        400,
                        e.getMessage() + " of '" + param + "'. " + e.remedy().en() + ".",
                        "invalid_request_error",
                        param,
                        e.code(),
                        0)
                .exception();
    }
}
