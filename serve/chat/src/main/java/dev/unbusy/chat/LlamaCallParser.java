package dev.unbusy.chat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The calls of Llama 3: {@code {"name": …, "parameters": …}} and nothing before it, since no marker announces it; behind
 * {@code <|python_tag|>} anywhere. JSON that names none of the request's tools is the answer to a question, not a call.
 */
final class LlamaCallParser extends ToolCallParser {
    static final String PYTHON = "<|python_tag|>";
    private static final List<String> NONE = List.of();

    private final Set<String> names;
    private JsonCallReader json;

    LlamaCallParser(List<Tool> tools) {
        super(List.of(PYTHON), true);
        names = tools.stream().map(Tool::name).collect(Collectors.toUnmodifiableSet());
        json = new JsonCallReader(this, names);
    }

    @Override
    void open(String marker) {
        json = new JsonCallReader(this, names);
        if (marker.equals("{")) {
            json.accept('{');
        }
    }

    @Override
    void content(char c) {
        if (c == '{' && (atStart() || afterCall())) {
            openBlock("{");
        } else if (c != ';' || !afterCall()) { // between calls, in prompts that ask for several
            text(c);
        }
    }

    @Override
    void block(char c) {
        marker(c, NONE);
        switch (json.accept(plain())) {
            case MORE -> {}
            case ENDED -> leaveBlock();
            case WRONG -> refuse(String.valueOf(plain()));
        }
    }
}
