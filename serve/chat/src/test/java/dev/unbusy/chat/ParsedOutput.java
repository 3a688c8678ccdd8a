package dev.unbusy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unbusy.chat.OutputSplitter.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A whole output, split and put together again; checks on the way what holds for every piece. */
record ParsedOutput(String reasoning, String content, List<Call> calls) {
    record Call(String name, String arguments) {}

    static Call call(String name, String arguments) {
        return new Call(name, arguments);
    }

    static ParsedOutput of(OutputStart start, @Nullable ToolCallSyntax syntax, List<Tool> tools, List<String> chunks) {
        OutputSplitter splitter = new OutputSplitter(start, syntax, tools);
        List<Piece> pieces = new ArrayList<>();
        for (String chunk : chunks) {
            pieces.addAll(splitter.feed(chunk));
        }
        pieces.addAll(splitter.finish());
        StringBuilder reasoning = new StringBuilder();
        StringBuilder content = new StringBuilder();
        List<Call> calls = new ArrayList<>();
        for (Piece piece : pieces) {
            assertThat(piece.text()).isNotEmpty();
            switch (piece.kind()) {
                case REASONING -> reasoning.append(piece.text());
                case CONTENT -> content.append(piece.text());
                case CALL -> {
                    assertThat(piece.call()).as("a new call is the next one").isEqualTo(calls.size());
                    calls.add(new Call(piece.text(), ""));
                }
                case CALL_ARGUMENTS -> {
                    assertThat(piece.call())
                            .as("arguments belong to the last call")
                            .isEqualTo(calls.size() - 1);
                    Call last = calls.removeLast();
                    calls.add(new Call(last.name, last.arguments + piece.text()));
                }
            }
        }
        assertThat(splitter.toolCalls()).isEqualTo(calls.size());
        return new ParsedOutput(reasoning.toString(), content.toString(), calls);
    }

    static ParsedOutput of(ToolCallSyntax syntax, List<Tool> tools, String... chunks) {
        return of(OutputStart.CONTENT_CONTINUED, syntax, tools, List.of(chunks));
    }

    /** Cut between characters, as the engine does: it never gives out half of one. */
    static List<String> cut(String text, Random random) {
        List<String> chunks = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = text.offsetByCodePoints(
                    from, Math.min(1 + random.nextInt(6), text.codePointCount(from, text.length())));
            chunks.add(text.substring(from, to));
            from = to;
        }
        return chunks;
    }

    static List<Tool> tools(String json) {
        return Tool.listOf(TestSetup.messages(json));
    }

    /** A function {@code f} with a string, an integer and an object, and {@code g} without parameters. */
    static final List<Tool> TOOLS = tools("""
            [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties":
               {"s": {"type": "string"}, "n": {"type": "integer"}, "o": {"type": "object"}}, "required": ["s"]}}},
             {"type": "function", "function": {"name": "g"}}]""");

    /** Whole, and then letter by letter. */
    static void check(ToolCallSyntax syntax, String output, String content, Call... calls) {
        ParsedOutput parsed = of(syntax, TOOLS, output);
        assertThat(parsed.content()).isEqualTo(content);
        assertThat(parsed.calls()).containsExactly(calls);
        assertThat(of(syntax, TOOLS, output.split(""))).isEqualTo(parsed);
    }
}
