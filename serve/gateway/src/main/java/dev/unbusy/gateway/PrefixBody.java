package dev.unbusy.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks another server to go on behind the text that the client has: the same request with that text as the
 * beginning of the answer, and so many tokens less to write. Pure.
 */
final class PrefixBody {
    private static final JsonFactory JSON = new JsonFactory();

    /** With these, what follows is not what the first server would have written, or cannot be told apart from it. */
    private static final Set<String> NOT_DIVISIBLE = Set.of(
            "response_format",
            "grammar",
            "json_schema",
            "guided_json",
            "guided_regex",
            "guided_grammar",
            "structured_outputs",
            "logprobs",
            "top_logprobs",
            "best_of",
            "echo",
            "suffix");

    private final JsonParser in;
    private final JsonGenerator out;
    private final Prefill prefill;
    private final String text;
    private final long tokens;

    private PrefixBody(JsonParser in, JsonGenerator out, Prefill prefill, String text, long tokens) {
        this.in = in;
        this.out = out;
        this.prefill = prefill;
        this.text = text;
        this.tokens = tokens;
    }

    /**
     * @param request that the first server got, valid JSON
     * @param text of the answer so far
     * @param tokens of it
     * @return null where nobody can go on with this request
     */
    static byte @Nullable [] of(byte[] request, Prefill prefill, String text, long tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.length + text.length() + 128);
        try (JsonParser in = JSON.createParser(request);
                JsonGenerator out = JSON.createGenerator(bytes)) {
            if (in.nextToken() != JsonToken.START_OBJECT || !new PrefixBody(in, out, prefill, text, tokens).write()) {
                return null;
            }
        } catch (IOException e) {
            return null; // the first server must have been more lenient than we are
        }
        return bytes.toByteArray();
    }

    private boolean write() throws IOException {
        boolean taken = false;
        out.writeStartObject();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            JsonToken value = in.nextToken();
            switch (name) {
                case "messages" -> {
                    out.writeFieldName(name);
                    taken = value == JsonToken.START_ARRAY && messages();
                    if (!taken) {
                        return false;
                    }
                }
                case "prompt" -> {
                    if (value != JsonToken.VALUE_STRING) {
                        return false;
                    }
                    out.writeStringField(name, in.getText() + text);
                    taken = true;
                }
                case "max_tokens", "max_completion_tokens" -> {
                    out.writeFieldName(name);
                    if (value == JsonToken.VALUE_NUMBER_INT) {
                        out.writeNumber(Math.max(1, in.getLongValue() - tokens));
                    } else {
                        out.copyCurrentStructure(in);
                    }
                }
                case "continue_final_message", "add_generation_prompt" -> in.skipChildren();
                default -> {
                    boolean given = value != JsonToken.VALUE_NULL && value != JsonToken.VALUE_FALSE;
                    if (NOT_DIVISIBLE.contains(name) && given) {
                        return false;
                    }
                    out.writeFieldName(name);
                    out.copyCurrentStructure(in);
                }
            }
        }
        if (prefill == Prefill.CONTINUE_FINAL_MESSAGE) {
            out.writeBooleanField("continue_final_message", true);
            out.writeBooleanField("add_generation_prompt", false);
        }
        out.writeEndObject();
        return taken;
    }

    private boolean messages() throws IOException {
        out.writeStartArray();
        String role = null;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            role = null;
            if (in.currentToken() != JsonToken.START_OBJECT) {
                return false;
            }
            out.writeStartObject();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                in.nextToken();
                if (name.equals("role")) {
                    role = in.getText();
                }
                out.writeFieldName(name);
                out.copyCurrentStructure(in);
            }
            out.writeEndObject();
        }
        out.writeStartObject();
        out.writeStringField("role", "assistant");
        out.writeStringField("content", text);
        if (prefill == Prefill.PREFIX) {
            out.writeBooleanField("prefix", true);
        }
        out.writeEndObject();
        out.writeEndArray();
        return !"assistant".equals(role); // the client's own beginning would be a message before this one
    }
}
