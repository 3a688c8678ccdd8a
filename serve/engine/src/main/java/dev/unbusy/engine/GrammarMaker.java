package dev.unbusy.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.chat.OutputStart;
import dev.unbusy.chat.TextShape;
import dev.unbusy.chat.ToolCallForm;
import dev.unbusy.grammar.Expr;
import dev.unbusy.grammar.Grammar;
import dev.unbusy.grammar.GrammarBuilder;
import dev.unbusy.grammar.Whitespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the grammar of a whole answer: reasoning, which is free, and what the content must look like behind it. Makes one
 * grammar; not thread-safe. Every method throws {@link dev.unbusy.grammar.GrammarException} where a schema cannot be done.
 */
final class GrammarMaker {
    private static final String OPEN_REASONING = "<think>";
    private static final String CLOSE_REASONING = "</think>";
    /** Line breaks that models write between reasoning and content; the splitter drops them. */
    private static final int MOST_LINE_BREAKS = 3;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final GrammarBuilder builder;
    private final OutputStart start;
    /** Each schema is compiled once, however often calls of its tool may come. */
    private final IdentityHashMap<TextShape, Expr> schemas = new IdentityHashMap<>();

    /** @param controlTokens texts of control tokens that may stand in the markup of an answer */
    GrammarMaker(OutputStart start, Collection<String> controlTokens) {
        this.start = start;
        builder = new GrammarBuilder(Whitespace.SPACED, controlTokens);
    }

    /** @param schema null for any object */
    Grammar json(@Nullable Map<String, @Nullable Object> schema) {
        return builder.build(behindReasoning(jsonContent(schema), List.of(), true));
    }

    /** Calls, and nothing else. */
    Grammar calls(ToolCallForm form) {
        return builder.build(behindReasoning(mustCall(form), List.of(), true));
    }

    /** Any text; where it comes to a call, that call and its siblings end it. */
    Grammar mayCall(ToolCallForm form, List<String> endsReasoning) {
        List<GrammarBuilder.Trigger> triggers = triggers(form);
        Expr content = form.triggersAtStartOnly() ? builder.freeTextUnless(triggers) : builder.freeText(triggers);
        List<GrammarBuilder.Trigger> inReasoning = new ArrayList<>();
        for (int i = 0; i < triggers.size(); i++) {
            if (endsReasoning.contains(form.triggers().get(i))) {
                inReasoning.add(triggers.get(i));
            }
        }
        return builder.build(behindReasoning(content, inReasoning, false));
    }

    /** Calls, or JSON by the schema. */
    Grammar callsOrJson(ToolCallForm form, @Nullable Map<String, @Nullable Object> schema) {
        Expr content = builder.choice(List.of(mustCall(form), jsonContent(schema)));
        return builder.build(behindReasoning(content, List.of(), true));
    }

    private Expr jsonContent(@Nullable Map<String, @Nullable Object> schema) {
        return schema == null ? builder.anyJsonObject() : builder.json(MAPPER.valueToTree(schema));
    }

    private Expr mustCall(ToolCallForm form) {
        return builder.seq(builder.literal(form.lead()), expr(form.calls()));
    }

    private List<GrammarBuilder.Trigger> triggers(ToolCallForm form) {
        List<GrammarBuilder.Trigger> triggers = new ArrayList<>();
        for (String trigger : form.triggers()) {
            triggers.add(builder.trigger(trigger, expr(ShapePrefix.without(form.calls(), trigger))));
        }
        return triggers;
    }

    /** @param mustClose whether the reasoning may not be all there is */
    private Expr behindReasoning(Expr content, List<GrammarBuilder.Trigger> others, boolean mustClose) {
        return switch (start) {
            case PLAIN, CONTENT, CONTENT_CONTINUED -> content;
            case REASONING, REASONING_CONTINUED -> reasoning(content, others, mustClose);
            case DETECT ->
                builder.choice(List.of(
                        content,
                        builder.seq(
                                lineBreaks(), builder.literal(OPEN_REASONING), reasoning(content, others, mustClose))));
        };
    }

    private Expr reasoning(Expr content, List<GrammarBuilder.Trigger> others, boolean mustClose) {
        List<GrammarBuilder.Trigger> triggers = new ArrayList<>(others);
        triggers.add(builder.trigger(CLOSE_REASONING, builder.seq(lineBreaks(), content)));
        return mustClose ? builder.textUntil(triggers) : builder.freeText(triggers);
    }

    private Expr lineBreaks() {
        return builder.repeat(builder.literal("\n"), 0, MOST_LINE_BREAKS);
    }

    private Expr expr(TextShape shape) {
        return switch (shape) {
            case TextShape.Literal literal -> builder.literal(literal.text());
            case TextShape.Json json ->
                schemas.computeIfAbsent(json, key -> builder.json(MAPPER.valueToTree(json.schema())));
            case TextShape.Until until -> throw new IllegalStateException("text without what ends it: " + until.end());
            case TextShape.Sequence sequence -> sequence(sequence.parts());
            case TextShape.Choice choice ->
                builder.choice(choice.options().stream().map(this::expr).toList());
            case TextShape.Repeat repeat -> repeat(repeat);
        };
    }

    /** A part that goes on until the next one takes the beginning of that with it. */
    private Expr sequence(List<TextShape> parts) {
        List<Expr> exprs = new ArrayList<>(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof TextShape.Until until) {
                TextShape rest = ShapePrefix.without(parts.get(i + 1), until.end());
                exprs.add(builder.textUntil(List.of(builder.trigger(until.end(), expr(rest)))));
                i++;
            } else {
                exprs.add(expr(parts.get(i)));
            }
        }
        return builder.seq(exprs.toArray(Expr[]::new));
    }

    private Expr repeat(TextShape.Repeat repeat) {
        Expr item = expr(repeat.item());
        if (repeat.separator().isEmpty()) {
            return builder.repeat(item, repeat.least(), bound(repeat.most()));
        }
        Expr further = builder.seq(builder.literal(repeat.separator()), item);
        int most = bound(repeat.most());
        Expr some = builder.seq(
                item,
                builder.repeat(further, Math.max(0, repeat.least() - 1), most < 0 ? most : Math.max(0, most - 1)));
        return repeat.least() == 0 ? builder.optional(some) : some;
    }

    private static int bound(int most) {
        return most == Integer.MAX_VALUE ? -1 : most;
    }
}
