package dev.unbusy.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.unbusy.api.ApiError;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.http.Exchange;
import dev.unbusy.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Everything that is no completion: models, health, metrics, status. Called on event loops; what may block is offloaded. */
final class ServiceEndpoints {
    private static final String JSON = "application/json";
    private static final JsonFactory FACTORY = new JsonFactory();

    private final GatewayContext context;
    private final Metrics metrics;
    private final Supplier<List<WorkerStatus>> workers;
    private final long startedEpochSecond = Instant.now().getEpochSecond();
    // volatile: written once the port is known, when the first request may already be here.
    private volatile String url = "";

    ServiceEndpoints(GatewayContext context, Metrics metrics, Supplier<List<WorkerStatus>> workers) {
        this.context = context;
        this.metrics = metrics;
        this.workers = workers;
    }

    void listeningOn(String newUrl) {
        url = newUrl;
    }

    /** The process is alive: this very answer is the proof. */
    void healthz(Exchange exchange) {
        answer(exchange, "healthz", 200, json(out -> out.writeStringField("status", "alive")));
    }

    /** Ready means: a completion that comes now goes to a worker at once. */
    void readyz(Exchange exchange) {
        List<String> missing = new ArrayList<>();
        boolean worker = false;
        for (Backend backend : context.backends().backends()) {
            if (backend.state() == Backend.State.READY) {
                worker = true;
            } else {
                missing.add("worker " + backend.id() + " is " + backend.state().word()
                        + (backend.reason().isEmpty() ? "" : ": " + backend.reason()));
            }
        }
        if (context.isDraining()) {
            missing.add("the gateway is shutting down");
        } else if (!worker && missing.isEmpty()) {
            missing.add("no worker is known");
        }
        boolean ready = worker && !context.isDraining();
        answer(exchange, "readyz", ready ? 200 : 503, json(out -> {
            out.writeBooleanField("ready", ready);
            out.writeArrayFieldStart("missing");
            for (String what : missing) {
                out.writeString(what);
            }
            out.writeEndArray();
        }));
    }

    void metrics(Exchange exchange) {
        exchange.offload(() -> {
            exchange.respond(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
            context.metrics().ended("metrics", 200, Outcome.COMPLETED);
        });
    }

    void status(Exchange exchange) {
        exchange.offload(() -> {
            byte[] body = json(out -> {
                out.writeObjectFieldStart("gateway");
                out.writeStringField("url", url);
                out.writeNumberField("queued", context.dispatcher().waiting());
                out.writeNumberField("running", context.dispatcher().running());
                out.writeEndObject();
                out.writeFieldName("workers");
                out.writeRawValue(new String(WorkerStatus.listToJson(workers.get()), StandardCharsets.UTF_8));
            });
            answer(exchange, "status", 200, body);
        });
    }

    /** What was decided for one request: the answer of {@code unbusy why}. */
    void why(Exchange exchange, String requestId) {
        long now = System.nanoTime();
        Why why = context.whyBook().find(requestId, now);
        if (why == null) {
            ApiError error = GatewayErrors.requestNotKnown(
                    requestId, context.config().whyRequests(), context.config().whyMinutes());
            answer(exchange, "why", error.status(), error.body());
            return;
        }
        Why.Story story = why.story(now);
        answer(exchange, "why", 200, json(out -> {
            out.writeStringField("requestId", story.requestId());
            out.writeNumberField("queuedMs", story.queuedMillis());
            out.writeArrayFieldStart("events");
            for (Why.Event event : story.events()) {
                out.writeStartObject();
                out.writeNumberField("atMs", event.atMillis());
                out.writeStringField("what", event.what().word());
                out.writeStringField("reason", event.reason());
                out.writeStringField("worker", event.worker());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeNumberField("omittedEvents", story.omitted());
        }));
    }

    void models(Exchange exchange) {
        answer(exchange, "models", 200, json(out -> {
            out.writeStringField("object", "list");
            out.writeArrayFieldStart("data");
            for (String id : context.models().ids()) {
                out.writeStartObject();
                card(out, id);
                out.writeEndObject();
            }
            out.writeEndArray();
        }));
    }

    void model(Exchange exchange, String name) {
        String id = context.models().resolve(name);
        if (id == null) {
            ApiError error = ApiError.unknownModel(name, context.models().ids());
            answer(exchange, "models", error.status(), error.body());
        } else {
            answer(exchange, "models", 200, json(out -> card(out, id)));
        }
    }

    private void card(JsonGenerator out, String id) throws IOException {
        out.writeStringField("id", id);
        out.writeStringField("object", "model");
        out.writeNumberField("created", startedEpochSecond);
        out.writeStringField("owned_by", id.contains("/") ? id.substring(0, id.indexOf('/')) : "local");
        int contextTokens = 0;
        for (Backend backend : context.backends().backends()) {
            for (ServedModel model : backend.models()) {
                if (model.id().equals(id)) {
                    contextTokens = Math.max(contextTokens, model.contextTokens());
                }
            }
        }
        if (contextTokens > 0) {
            out.writeNumberField("context_window", contextTokens);
        }
    }

    private void answer(Exchange exchange, String label, int status, byte[] body) {
        context.metrics().ended(label, status, status < 400 ? Outcome.COMPLETED : Outcome.REJECTED);
        exchange.respond(status, JSON, body);
    }

    @FunctionalInterface
    private interface Fields {
        void write(JsonGenerator out) throws IOException;
    }

    private static byte[] json(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            fields.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }
}
