package dev.unbusy.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A random answer of a worker: thinking, text and calls of tools in pieces, in any order and interleaved as no worker would
 * and any worker may. Knows what a client must find in the end.
 */
final class DialectScript {
    /** How it ends. */
    enum End {
        FINISH,
        FINISH_THEN_USAGE,
        NO_FINISH,
        ERROR_EVENT,
        NOT_JSON,
        GATEWAY_ERROR,
        ABORTED
    }

    private static final String[] TEXTS = {"a", " b\n", "你好", "\uD83D\uDE00", "\"\\", "{\"x\":", "\u0001", "}"};
    private static final String[] ARGUMENTS = {
        "{}",
        "{\"a\":1}",
        "{\"s\":\"}\\\"{\\\\\",\"n\":[1,{\"b\":null}]}",
        "{ \"城\" : \"上海\" }",
        "{\"long\":\"aaaaaaaaaaaaaaaa\"}"
    };

    final List<byte[]> events = new ArrayList<>();
    final StringBuilder reasoning = new StringBuilder();
    final StringBuilder content = new StringBuilder();
    final List<String> calls = new ArrayList<>();
    final End end;
    final String finish;

    DialectScript(Random random, boolean withCalls) {
        List<List<String>> open = new ArrayList<>();
        int most = withCalls ? random.nextInt(4) : 0;
        int steps = random.nextInt(30);
        for (int i = 0; i < steps || !open.isEmpty(); i++) {
            ObjectNode delta = DialectSamples.object();
            int kind = random.nextInt(4);
            if (i < steps && kind == 0) {
                delta.put("reasoning_content", text(random, reasoning));
            } else if (i < steps && kind == 1) {
                delta.put("content", text(random, content));
            } else if (i < steps && kind == 2 && calls.size() < most) {
                begin(random, delta, open);
            } else if (!open.isEmpty()) {
                more(random, delta, open);
            }
            event(delta, null, false);
        }
        end = End.values()[random.nextInt(End.values().length)];
        finish = !calls.isEmpty() ? "tool_calls" : random.nextBoolean() ? "stop" : "length";
        end(random);
    }

    boolean succeeds() {
        return end == End.FINISH || end == End.FINISH_THEN_USAGE;
    }

    private static String text(Random random, StringBuilder all) {
        String text = TEXTS[random.nextInt(TEXTS.length)];
        all.append(text);
        return text;
    }

    private void begin(Random random, ObjectNode delta, List<List<String>> open) {
        String arguments = ARGUMENTS[random.nextInt(ARGUMENTS.length)];
        int index = calls.size();
        calls.add(arguments);
        List<String> pieces = new ArrayList<>(List.of(String.valueOf(index)));
        int at = 0;
        while (at < arguments.length()) {
            int end = Math.min(arguments.length(), at + 1 + random.nextInt(8));
            pieces.add(arguments.substring(at, end));
            at = end;
        }
        ObjectNode call = call(delta, index);
        call.put("id", "call_" + index).put("type", "function");
        ((ObjectNode) call.get("function")).put("name", "f" + index).put("arguments", "");
        open.add(pieces);
    }

    private static void more(Random random, ObjectNode delta, List<List<String>> open) {
        List<String> pieces = open.get(random.nextInt(open.size()));
        ObjectNode call = call(delta, Integer.parseInt(pieces.getFirst()));
        ((ObjectNode) call.get("function")).put("arguments", pieces.remove(1));
        if (pieces.size() == 1) {
            open.remove(pieces);
        }
    }

    private static ObjectNode call(ObjectNode delta, int index) {
        ObjectNode call = DialectSamples.object().put("index", index);
        call.putObject("function");
        delta.putArray("tool_calls").add(call);
        return call;
    }

    private void event(ObjectNode delta, @Nullable String reason, boolean usage) {
        ObjectNode event = DialectSamples.object().put("id", "c");
        ObjectNode choice = DialectSamples.object().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", reason);
        ArrayNode choices = event.putArray("choices").add(choice);
        if (!usage && choices.size() == 1) {
            event.putNull("usage");
        } else {
            event.set("usage", DialectSamples.json(DialectSamples.USAGE));
        }
        events.add(DialectSamples.bytes(event.toString()));
    }

    private void end(Random random) {
        switch (end) {
            case FINISH -> event(DialectSamples.object(), finish, true);
            case FINISH_THEN_USAGE -> {
                event(DialectSamples.object(), finish, false);
                events.add(DialectSamples.bytes("{\"choices\":[],\"usage\":" + DialectSamples.USAGE + "}"));
            }
            case ABORTED -> event(DialectSamples.object(), "insufficient_system_resource", true);
            case ERROR_EVENT ->
                insert(random, "{\"error\":{\"message\":\"lost\",\"type\":\"server_error\",\"code\":\"x\"}}");
            case NOT_JSON -> insert(random, "{\"choices\":[{\"delta\":{\"content\":\"cut");
            case NO_FINISH, GATEWAY_ERROR -> {}
        }
    }

    /** In the middle: what comes behind it must not matter. */
    private void insert(Random random, String event) {
        events.add(random.nextInt(events.size() + 1), DialectSamples.bytes(event));
    }
}
