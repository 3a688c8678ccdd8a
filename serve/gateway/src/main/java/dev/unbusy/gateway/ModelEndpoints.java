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
        if (isAnthropics(exchange)) {
            anthropicList(exchange, caller);
            return;
        }
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
        if (isAnthropics(exchange)) {
            anthropicOne(exchange, caller, name);
            return;
        }
        try {
            String id = allowed(caller, name);
            answer(exchange, JsonObject.of(out -> card(out, id)));
        } catch (ApiException e) {
            refuse(exchange, e.error(), e.error().body());
        }
    }

    /** Anthropic's list: all of them are one page. */
    void anthropicList(Exchange exchange, Caller caller) {
        List<String> ids = context.models().allowedTo(caller.key());
        answer(exchange, JsonObject.of(out -> {
            out.writeArrayFieldStart("data");
            for (String id : ids) {
                out.writeStartObject();
                anthropicCard(out, id);
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeBooleanField("has_more", false);
            out.writeStringField("first_id", ids.isEmpty() ? null : ids.getFirst());
            out.writeStringField("last_id", ids.isEmpty() ? null : ids.getLast());
        }));
    }

    void anthropicOne(Exchange exchange, Caller caller, String name) {
        try {
            String id = allowed(caller, name);
            answer(exchange, JsonObject.of(out -> anthropicCard(out, id)));
        } catch (ApiException e) {
            refuse(exchange, e.error(), Dialect.ANTHROPIC.errorBody(e.error()));
        }
    }

    /** Its clients say so in each request; those that were given this address's root come to OpenAI's path. */
    private static boolean isAnthropics(Exchange exchange) {
        return exchange.header("anthropic-version") != null;
    }

    private String allowed(Caller caller, String name) {
        String id = context.models().resolve(name);
        List<String> allowed = context.models().allowedTo(caller.key());
        if (id == null || !allowed.contains(id)) {
            throw ApiError.unknownModel(name, allowed).exception();
        }
        return id;
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
            answer(exchange, ollama(allowed(caller, name)).show());
        } catch (ApiException e) {
            refuse(exchange, e.error(), Dialect.OLLAMA_CHAT.errorBody(e.error()));
        }
    }

    /** Ollama's list of those that can answer now. */
    void loaded(Exchange exchange, Caller caller) {
        answer(
                exchange,
                OllamaModel.loaded(context.models().allowedTo(caller.key()).stream()
                        .filter(this::isReady)
                        .map(this::ollama)
                        .toList()));
    }

    private boolean isReady(String id) {
        return context.backends().backends().stream()
                .anyMatch(backend -> backend.serves(id) && backend.state() == Backend.State.READY);
    }

    /** The gateway knows a model by its name and context; the rest is its worker's, and left out. */
    private OllamaModel ollama(String id) {
        return new OllamaModel(
                id, -1, -1, null, null, null, null, null, contextTokens(id), List.of("completion", "tools"));
    }

    private void anthropicCard(JsonGenerator out, String id) throws IOException {
        out.writeStringField("type", "model");
        out.writeStringField("id", id);
        out.writeStringField("display_name", id);
        out.writeStringField(
                "created_at", Instant.ofEpochSecond(startedEpochSecond).toString());
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

    private void refuse(Exchange exchange, ApiError error, byte[] body) {
        context.metrics().ended("models", error.status(), Outcome.REJECTED);
        exchange.respond(error.status(), JSON, body);
    }

    private void answer(Exchange exchange, byte[] body) {
        context.metrics().ended("models", 200, Outcome.COMPLETED);
        exchange.respond(200, JSON, body);
    }
}
