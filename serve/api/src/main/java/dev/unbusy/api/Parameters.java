package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the known parameters that are not read into a request: taken and ignored where that changes no answer,
 * or refused by name. A refused one may still be sent with the value that asks for nothing, as many clients do.
 */
final class Parameters {
    private Parameters() {}

    /** Which values of a refused parameter ask for nothing. */
    enum Harmless {
        /** Null only. */
        NONE,
        FALSE,
        EMPTY_LIST,
        WORDS,
        ONLY_TEXT,
        ONE
    }

    /**
     * @param ignored taken whatever its value
     * @param why the reason for ignoring it, or the fix where it is refused
     * @param words for {@link Harmless#WORDS}
     */
    record Rule(boolean ignored, String why, Harmless harmless, List<String> words) {}

    private static final Map<String, Rule> CHAT = new LinkedHashMap<>();
    private static final Map<String, Rule> COMPLETION = new LinkedHashMap<>();

    static {
        both("metadata", ignore("labels for the provider's own storage; nothing is stored"));
        both("prompt_cache_key", ignore("prefixes are found in the cache without it"));
        both("prompt_cache_retention", ignore("a hint on how long to keep a prefix; the cache keeps what pays"));
        both("safety_identifier", ignore("for the provider's abuse detection; there is none"));
        both("store", refuse("nothing is stored; leave it out or send false", Harmless.FALSE));
        both("service_tier", refuse("there is one tier; send auto or default", Harmless.WORDS, "auto", "default"));
        both("verbosity", refuse("ask for short answers in the prompt", Harmless.WORDS, "medium"));
        both("moderation", refuse("nothing is moderated; leave it out", Harmless.FALSE));

        String tools = "'tools' and 'tool_choice' took its place long ago; send them instead";
        CHAT.put("functions", refuse(tools, Harmless.EMPTY_LIST));
        CHAT.put("function_call", refuse(tools, Harmless.WORDS, "none", "auto"));
        CHAT.put("audio", refuse("answers are text; leave it out", Harmless.NONE));
        CHAT.put("modalities", refuse("answers are text; send [\"text\"] or leave it out", Harmless.ONLY_TEXT));
        CHAT.put("prediction", refuse("leave it out", Harmless.NONE));
        CHAT.put("web_search_options", refuse("there is no web search; leave it out", Harmless.NONE));

        COMPLETION.put("parallel_tool_calls", ignore("has a meaning with tools only"));
        COMPLETION.put("best_of", refuse("send n, and choose among the answers", Harmless.ONE));
    }

    private static final Map<String, String> OTHER_NAMES = Map.ofEntries(
            Map.entry("repeat_penalty", "repetition_penalty"),
            Map.entry("n_predict", "max_tokens"),
            Map.entry("num_predict", "max_tokens"),
            Map.entry("max_new_tokens", "max_tokens"),
            Map.entry("max_output_tokens", "max_tokens"),
            Map.entry("enable_thinking", "thinking"),
            Map.entry("reasoning", "reasoning_effort"),
            Map.entry("stop_sequences", "stop"),
            Map.entry("input", "messages"));

    static final String[] CHAT_NAMES = {
        "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p",
        "top_k", "min_p", "repetition_penalty", "frequency_penalty", "presence_penalty", "stop", "n", "seed",
        "logit_bias", "logprobs", "top_logprobs", "user", "user_id", "thinking", "reasoning_effort", "response_format",
        "tools", "tool_choice", "parallel_tool_calls", "ignore_eos"
    };
    static final String[] COMPLETION_NAMES = {
        "model",
        "prompt",
        "suffix",
        "echo",
        "stream",
        "stream_options",
        "max_tokens",
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "repetition_penalty",
        "frequency_penalty",
        "presence_penalty",
        "stop",
        "n",
        "seed",
        "logit_bias",
        "logprobs",
        "user",
        "user_id",
        "ignore_eos"
    };

    /** Takes, ignores or refuses the field that the body stands at, and consumes its value. */
    static void other(JsonBody body, String name, boolean chat) throws IOException {
        Map<String, Rule> rules = chat ? CHAT : COMPLETION;
        Rule rule = rules.get(name);
        if (rule == null) {
            throw ApiError.unknownParameter(name, nearest(name, rules, chat ? CHAT_NAMES : COMPLETION_NAMES))
                    .exception();
        }
        if (rule.ignored) {
            body.parser().skipChildren();
            return;
        }
        if (!isHarmless(body, rule)) {
            throw ApiError.unsupported(name, rule.why).exception();
        }
    }

    /** Null means absent, but a name that nobody knows is a mistake with null as well. */
    static void requireKnown(String name, boolean chat) {
        Map<String, Rule> rules = chat ? CHAT : COMPLETION;
        String[] names = chat ? CHAT_NAMES : COMPLETION_NAMES;
        if (!rules.containsKey(name) && !contains(names, name)) {
            throw ApiError.unknownParameter(name, nearest(name, rules, names)).exception();
        }
    }

    /** For a route without rules of its own: a name is one of these or a mistake. */
    static void requireOneOf(String name, String[] names) {
        if (!contains(names, name)) {
            throw ApiError.unknownParameter(name, nearest(name, Map.of(), names))
                    .exception();
        }
    }

    private static boolean isHarmless(JsonBody body, Rule rule) throws IOException {
        JsonToken token = body.parser().currentToken();
        return switch (rule.harmless) {
            case NONE -> false;
            case FALSE -> token == JsonToken.VALUE_FALSE;
            case EMPTY_LIST -> token == JsonToken.START_ARRAY && body.parser().nextToken() == JsonToken.END_ARRAY;
            case WORDS -> token == JsonToken.VALUE_STRING && rule.words.contains(body.string());
            case ONLY_TEXT -> token == JsonToken.START_ARRAY && isOnlyText(body);
            case ONE ->
                token == JsonToken.VALUE_NUMBER_INT && body.parser().getText().equals("1");
        };
    }

    private static boolean isOnlyText(JsonBody body) throws IOException {
        while (body.parser().nextToken() != JsonToken.END_ARRAY) {
            if (body.parser().currentToken() != JsonToken.VALUE_STRING
                    || !body.parser().getText().equals("text")) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(String[] words, String word) {
        for (String candidate : words) {
            if (candidate.equals(word)) {
                return true;
            }
        }
        return false;
    }

    /** The known name that was probably meant: one of another server's, or one within a few typing errors. */
    private static @Nullable String nearest(String name, Map<String, Rule> rules, String[] names) {
        String other = OTHER_NAMES.get(name);
        if (other != null && contains(names, other)) {
            return other;
        }
        if (name.length() > 40) {
            return null;
        }
        String best = null;
        int bestDistance = Math.max(1, name.length() / 4) + 1;
        for (String candidate : names) {
            int distance = distance(name, candidate);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        for (String candidate : rules.keySet()) {
            int distance = distance(name, candidate);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Levenshtein's edit distance. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(row[j - 1], previous[j]));
            }
            previous = row;
        }
        return previous[b.length()];
    }

    private static void both(String name, Rule rule) {
        CHAT.put(name, rule);
        COMPLETION.put(name, rule);
    }

    private static Rule ignore(String why) {
        return new Rule(true, why, Harmless.NONE, List.of());
    }

    private static Rule refuse(String fix, Harmless harmless, String... words) {
        return new Rule(false, fix, harmless, List.of(words));
    }
}
