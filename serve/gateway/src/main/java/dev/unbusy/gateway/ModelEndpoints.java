package dev.unbusy.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.ApiException;
import dev.unbusy.api.Dialect;
import dev.unbusy.api.OllamaModel;
import dev.unbusy.http.Exchange;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** The models that a caller may use, as OpenAI's and Ollama's clients ask for them. Called on event loops. */
final class ModelEndpoints {
    private static final String JSON = "application/json";

    private final GatewayContext context;
    private final long startedEpochSecond = Instant.now().getEpochSecond();

    ModelEndpoints(GatewayContext context) {
        this.context = context;
    }

    void list(Exchange exchange, Caller caller) {
        answer(exchange, JsonObject.of(out -> {
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (String id : context.models().allowedTo(caller.key())) {
                out.writeStartObject();
                card(out, id);
                out.writeEndObject();
            }
            out.writeEndArray();
        }));
    }

    void one(Exchange exchange, Caller caller, String name) {
        String id = context.models().resolve(name);
        List<String> allowed = context.models().allowedTo(caller.key());
        if (id == null || !allowed.contains(id)) {
            ApiError error = ApiError.unknownModel(name, allowed);
            context.metrics().ended("models", error.status(), Outcome.REJECTED);
            exchange.respond(error.status(), JSON, error.body());
        } else {
            answer(exchange, JsonObject.of(out -> card(out, id)));
        }
    }

    /** Ollama's list. */
    void tags(Exchange exchange, Caller caller) {
        answer(
                exchange,
                OllamaModel.tags(context.models().allowedTo(caller.key()).stream()
                        .map(this::ollama)
                        .toList()));
    }

    /** Ollama's description of one. */
    void show(Exchange exchange, Caller caller) {
        try {
            String name = OllamaModel.readShow(exchange.bodyBytes());
            String id = context.models().resolve(name);
            List<String> allowed = context.models().allowedTo(caller.key());
            if (id == null || !allowed.contains(id)) {
                throw ApiError.unknownModel(name, allowed).exception();
            }
            answer(exchange, ollama(id).show());
        } catch (ApiException e) {
            context.metrics().ended("models", e.error().status(), Outcome.REJECTED);
            exchange.respond(e.error().status(), JSON, Dialect.OLLAMA_CHAT.errorBody(e.error()));
        }
    }

    /** The gateway knows a model by its name and context; the rest is its worker's, and left out. */
    private OllamaModel ollama(String id) {
        return new OllamaModel(
                id, -1, -1, null, null, null, null, null, contextTokens(id), List.of("completion", "tools"));
    }

    private void card(JsonGenerator out, String id) throws IOException {
        out.writeStringField("id", id);
        out.writeStringField("object", "model");
        out.writeNumberField("created", startedEpochSecond);
        out.writeStringField("owned_by", id.contains("/") ? id.substring(0, id.indexOf('/')) : "local");
        int contextTokens = contextTokens(id);
        if (contextTokens > 0) {
            out.writeNumberField("context_window", contextTokens);
        }
    }

    /** The longest that one of its workers takes; 0 where nobody says. */
    private int contextTokens(String id) {
        int longest = 0;
        for (Backend backend : context.backends().backends()) {
            for (ServedModel model : backend.models()) {
                if (model.id().equals(id)) {
                    longest = Math.max(longest, model.contextTokens());
                }
            }
        }
        return longest;
    }

    private void answer(Exchange exchange, byte[] body) {
        context.metrics().ended("models", 200, Outcome.COMPLETED);
        exchange.respond(200, JSON, body);
    }
}
