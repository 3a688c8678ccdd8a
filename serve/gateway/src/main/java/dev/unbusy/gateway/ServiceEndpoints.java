package dev.unbusy.gateway;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.http.Exchange;
import dev.unbusy.ledger.AuditAction;
import dev.unbusy.ledger.KeyRecord;
import dev.unbusy.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is asked of the service itself: health, metrics, status, balance. Called on event loops; what may block is offloaded. */
final class ServiceEndpoints {
    private static final String JSON = "application/json";

    private final GatewayContext context;
    private final Metrics metrics;
    private final Workers workers;
    // volatile: written once the port is known, when the first request may already be here.
    private volatile String url = "";

    ServiceEndpoints(GatewayContext context, Metrics metrics, Workers workers) {
        this.context = context;
        this.metrics = metrics;
        this.workers = workers;
    }

    void listeningOn(String newUrl) {
        url = newUrl;
    }

    /** The process is alive: this very answer is the proof. */
    void healthz(Exchange exchange) {
        answer(exchange, "healthz", 200, JsonObject.of(out -> out.writeStringField("status", "alive")));
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
        answer(exchange, "readyz", ready ? 200 : 503, JsonObject.of(out -> {
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
            byte[] body = JsonObject.of(out -> {
                out.writeObjectFieldStart("gateway");
                out.writeStringField("url", url);
                out.writeNumberField("queued", context.dispatcher().waiting());
                out.writeNumberField("running", context.dispatcher().running());
                out.writeBooleanField("draining", context.isDraining());
                out.writeEndObject();
                out.writeFieldName("workers");
                out.writeRawValue(new String(WorkerStatus.listToJson(workers.statuses()), StandardCharsets.UTF_8));
            });
            answer(exchange, "status", 200, body);
        });
    }

    /** Takes nothing new, or again; what runs goes on, and so does the process. */
    void drain(Exchange exchange, Caller caller) {
        boolean start = exchange.method().equals("POST");
        if (!start && !exchange.method().equals("DELETE")) {
            ApiError error = ApiError.methodNotAllowed(exchange.method(), exchange.path(), "POST or DELETE");
            answer(exchange, "drain", error.status(), error.body());
            return;
        }
        if (start) {
            context.startDraining();
        } else {
            context.resume();
        }
        exchange.offload(() -> {
            audit(caller, "drain", start ? "begun" : "ended");
            answer(exchange, "drain", 200, JsonObject.of(out -> {
                out.writeBooleanField("draining", context.isDraining());
                out.writeNumberField("open", context.openRelays());
            }));
        });
    }

    /** All workers, one after the other. */
    void restartWorkers(Exchange exchange, Caller caller) {
        exchange.offload(() -> {
            if (workers.restart()) {
                audit(caller, "workers", "restart");
                answer(exchange, "restart", 202, JsonObject.of(out -> out.writeBooleanField("restarting", true)));
            } else {
                ApiError error = GatewayErrors.notRestarted();
                answer(exchange, "restart", error.status(), error.body());
            }
        });
    }

    private void audit(Caller caller, String target, String what) {
        context.ledger().audit(caller.by(), AuditAction.SETTINGS_CHANGED, target, Map.of("what", what));
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
        answer(exchange, "why", 200, JsonObject.of(out -> {
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

    /** DeepSeek's form; the currency is tokens of this month's budget, since nobody pays money here. */
    void balance(Exchange exchange, Caller caller) {
        KeyRecord key = caller.key();
        boolean limited = key != null && key.budgetTokens() > 0;
        long left = key != null && limited
                ? Math.max(0, key.budgetTokens() - context.ledger().tokensThisMonth(key.id()))
                : 0;
        answer(exchange, "balance", 200, JsonObject.of(out -> {
            out.writeBooleanField("is_available", !limited || left > 0);
            out.writeArrayFieldStart("balance_infos");
            if (limited) {
                out.writeStartObject();
                out.writeStringField("currency", "TOKENS");
                out.writeStringField("total_balance", Long.toString(left));
                out.writeStringField("granted_balance", Long.toString(left));
                out.writeStringField("topped_up_balance", "0");
                out.writeEndObject();
            }
            out.writeEndArray();
        }));
    }

    private void answer(Exchange exchange, String label, int status, byte[] body) {
        context.metrics().ended(label, status, status < 400 ? Outcome.COMPLETED : Outcome.REJECTED);
        exchange.respond(status, JSON, body);
    }
}
