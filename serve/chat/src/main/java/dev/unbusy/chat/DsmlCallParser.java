package dev.unbusy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Calls in DSML, the markup of DeepSeek V3.2, V4 and V4.1. The three releases name its tags differently; all are read,
 * whichever the model writes, as DeepSeek's own parser does it. A parameter with {@code string="true"} is text, another is
 * JSON and given out as it is; without the attribute the tool's schema decides. In place of parameters one JSON object is
 * taken too, as SGLang's parser takes it.
 */
final class DsmlCallParser extends ToolCallParser {
    private static final String BEGIN = "<" + DeepSeekText.DSML;
    private static final String END = "</" + DeepSeekText.DSML;
    private static final List<String> BLOCKS = tags(BEGIN, ">", "function_calls", "tool_calls", " calls");
    private static final List<String> BLOCK_ENDS = tags(END, ">", "function_calls", "tool_calls", " calls");
    private static final List<String> INVOKES = tags(BEGIN, "", "invoke", " invoke");
    private static final List<String> INVOKE_ENDS = tags(END, ">", "invoke", " invoke");
    private static final List<String> PARAMETERS = tags(BEGIN, "", "parameter", " parameter");
    private static final List<String> PARAMETER_ENDS = tags(END, ">", "parameter", " parameter");

    private static final List<String> IN_BLOCK = join(INVOKES, BLOCK_ENDS);
    private static final List<String> IN_INVOKE = join(PARAMETERS, INVOKE_ENDS, BLOCK_ENDS, INVOKES);
    private static final List<String> IN_VALUE = join(PARAMETER_ENDS, INVOKE_ENDS, BLOCK_ENDS);
    private static final List<String> NONE = List.of();

    private static final Pattern ATTRIBUTE = Pattern.compile("([a-z]+)\\s*=\\s*\"([^\"]*)\"");
    private static final int LONGEST_TAG = 1_024;

    private enum State {
        BLOCK,
        INVOKE_TAG,
        INVOKE,
        PARAMETER_TAG,
        VALUE,
        /** One JSON object in place of parameters. */
        OBJECT
    }

    private final List<Tool> tools;
    private State state = State.BLOCK;
    private String tag = "";
    private final StringBuilder attributes = new StringBuilder();
    private boolean inQuotes;
    private String function = "";
    private int parameters;
    private boolean isText;
    private JsonValue object = new JsonValue();
    private boolean objectGiven;
    private final StringBuilder escaped = new StringBuilder(6);

    DsmlCallParser(List<Tool> tools) {
        super(join(BLOCKS, INVOKES), false);
        this.tools = tools;
    }

    private static List<String> tags(String before, String after, String... names) {
        return Stream.of(names).map(name -> before + name + after).toList();
    }

    @SafeVarargs
    private static List<String> join(List<String>... lists) {
        List<String> all = new ArrayList<>();
        for (List<String> list : lists) {
            all.addAll(list);
        }
        return List.copyOf(all);
    }

    /** The texts that open a block wherever they stand, in reasoning too. */
    static List<String> blocks() {
        return BLOCKS;
    }

    @Override
    void open(String marker) {
        state = State.BLOCK;
        if (INVOKES.contains(marker)) {
            openTag(marker, State.INVOKE_TAG);
        }
    }

    private void openTag(String marker, State next) {
        tag = marker;
        attributes.setLength(0);
        inQuotes = false;
        state = next;
    }

    @Override
    void block(char c) {
        List<String> markers = switch (state) {
            case BLOCK -> IN_BLOCK;
            case INVOKE, OBJECT -> IN_INVOKE;
            case VALUE -> IN_VALUE;
            case INVOKE_TAG, PARAMETER_TAG -> NONE;
        };
        switch (marker(c, markers)) {
            case null -> plain(plain());
            case "" -> {}
            case String marker -> marked(marker);
        }
    }

    private void plain(char c) {
        switch (state) {
            case BLOCK -> {
                if (!Character.isWhitespace(c)) {
                    refuse(String.valueOf(c));
                }
            }
            case INVOKE_TAG, PARAMETER_TAG -> attribute(c);
            case INVOKE -> {
                if (c == '{' && parameters == 0 && !objectGiven) {
                    object = new JsonValue();
                    objectGiven = true;
                    state = State.OBJECT;
                    object(c);
                } else {
                    stray(c);
                }
            }
            case OBJECT -> object(c);
            case VALUE -> value(c);
        }
    }

    private void object(char c) {
        arguments(c);
        if (object.accept(c)) {
            state = State.INVOKE;
        }
    }

    private void value(char c) {
        if (!isText) {
            arguments(c);
            return;
        }
        escaped.setLength(0);
        PythonJson.escape(c, escaped);
        arguments(escaped);
    }

    private void attribute(char c) {
        if (c == '>' && !inQuotes) {
            endTag();
            return;
        }
        inQuotes ^= c == '"';
        attributes.append(c);
        if (attributes.length() > LONGEST_TAG) {
            noTag();
        }
    }

    private void endTag() {
        String name = attribute("name", "");
        boolean closesItself = attributes.toString().endsWith("/");
        if (name.isEmpty()) {
            attributes.append('>');
            noTag();
        } else if (state == State.INVOKE_TAG) {
            function = name;
            parameters = 0;
            objectGiven = false;
            startCall(name);
            state = State.INVOKE;
            if (closesItself) {
                endInvoke();
            }
        } else {
            openParameter(name);
            if (closesItself) {
                closeParameter();
            }
        }
    }

    private void openParameter(String name) {
        isText = switch (attribute("string", "")) {
            case "true" -> true;
            case "false" -> false;
            default ->
                tools.stream()
                                .filter(tool -> tool.name().equals(function))
                                .findFirst()
                                .map(tool -> tool.type(name))
                                .orElse(ParameterType.TEXT)
                        != ParameterType.JSON;
        };
        StringBuilder json = new StringBuilder(parameters == 0 ? "{" : ", ");
        PythonJson.string(name, json);
        arguments(json.append(isText ? ": \"" : ": "));
        parameters++;
        state = State.VALUE;
    }

    private void closeParameter() {
        if (isText) {
            arguments("\"");
        }
        state = State.INVOKE;
    }

    private String attribute(String name, String absent) {
        Matcher matcher = ATTRIBUTE.matcher(attributes);
        while (matcher.find()) {
            if (matcher.group(1).equals(name)) {
                return matcher.group(2);
            }
        }
        return absent;
    }

    /** A tag without a name is text. */
    private void noTag() {
        if (undecided()) {
            refuse();
            return;
        }
        state = state == State.INVOKE_TAG ? State.BLOCK : State.INVOKE;
        (tag + attributes).chars().forEach(c -> text((char) c));
    }

    private void marked(String marker) {
        if (state == State.VALUE) {
            closeParameter();
            if (PARAMETER_ENDS.contains(marker)) {
                return;
            }
        }
        if (PARAMETERS.contains(marker)) {
            openTag(marker, State.PARAMETER_TAG);
            return;
        }
        if (state != State.BLOCK) {
            endInvoke();
        }
        if (INVOKES.contains(marker)) {
            reopen(marker);
            openTag(marker, State.INVOKE_TAG);
        } else if (BLOCK_ENDS.contains(marker)) {
            if (undecided()) {
                refuse();
            } else {
                leaveBlock();
            }
        }
    }

    private void endInvoke() {
        if (parameters > 0) {
            arguments("}");
        }
        endCall();
        state = State.BLOCK;
    }

    @Override
    void cut() {
        if (state == State.PARAMETER_TAG) {
            noTag();
        }
    }
}
