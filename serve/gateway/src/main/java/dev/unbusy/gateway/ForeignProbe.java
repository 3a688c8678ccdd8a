package dev.unbusy.gateway;

import dev.unbusy.api.ApiException;
import dev.unbusy.api.WorkerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one foreign server: what it is, what it serves, how busy it says it is. Blocking, with bounds on time and size;
 * for one virtual thread.
 */
final class ForeignProbe {
    private static final int MOST_BYTES = 4 << 20;

    private final HttpClient http;
    private final Duration limit;
    private @Nullable ForeignServer server;
    private ForeignReport.@Nullable Kind kind;

    ForeignProbe(HttpClient http, int answerMillis) {
        this.http = http;
        this.limit = Duration.ofMillis(answerMillis);
    }

    /** Why a look failed. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        private final boolean definite;

        Failure(String why, boolean definite) {
            super(why);
            this.definite = definite;
        }

        boolean isDefinite() {
            return definite;
        }
    }

    /** @param now always the same server, maybe with another key */
    ForeignReport look(ForeignServer now) throws Failure, InterruptedException {
        server = now;
        List<ServedModel> models = models();
        ForeignReport.Kind known = kind;
        if (known == null) {
            known = findKind();
            kind = known;
        }
        return switch (known) {
            case UNBUSY_WORKER -> worker(models);
            case LLAMA_SERVER -> llamaServer(models);
            case VLLM -> vllm(models);
            case SGLANG -> sglang(models);
            case OLLAMA, OPENAI_COMPATIBLE -> new ForeignReport(known, models, null, Double.NaN, false);
        };
    }

    /** It may be another program when it is back. */
    void forget() {
        kind = null;
    }

    private ForeignReport.Kind findKind() throws InterruptedException {
        byte[] status = optional("/internal/status");
        if (status != null && parse(status) != null) {
            return ForeignReport.Kind.UNBUSY_WORKER;
        }
        if (slots() > 0) {
            return ForeignReport.Kind.LLAMA_SERVER;
        }
        PrometheusText metrics = metrics();
        if (metrics.hasPrefix("vllm:")) {
            return ForeignReport.Kind.VLLM;
        }
        if (metrics.hasPrefix("sglang:")) {
            return ForeignReport.Kind.SGLANG;
        }
        return optional("/api/version") == null ? ForeignReport.Kind.OPENAI_COMPATIBLE : ForeignReport.Kind.OLLAMA;
    }

    private ForeignReport worker(List<ServedModel> models) throws Failure, InterruptedException {
        byte[] body = get("/internal/status");
        WorkerStatus status = parse(body);
        if (status == null || status.state() != WorkerStatus.State.READY) {
            throw new Failure(
                    status == null
                            ? "its status cannot be read"
                            : status.state().word(),
                    true);
        }
        return new ForeignReport(
                ForeignReport.Kind.UNBUSY_WORKER,
                models,
                PublishedLoad.of(status),
                (double) status.steps(),
                status.running() + status.waiting() > 0);
    }

    private ForeignReport llamaServer(List<ServedModel> models) throws InterruptedException {
        PrometheusText metrics = metrics(); // only with its option --metrics
        double running = metrics.sum("llamacpp:requests_processing");
        return report(
                ForeignReport.Kind.LLAMA_SERVER,
                models,
                slots(),
                running,
                metrics.sum("llamacpp:prompt_tokens_seconds"),
                Double.NaN, // its figure is of one request, not of all together
                metrics.sum("llamacpp:n_decode_total")); // its counts of tokens move only when an answer ends
    }

    private ForeignReport vllm(List<ServedModel> models) throws InterruptedException {
        PrometheusText metrics = metrics();
        return report(
                ForeignReport.Kind.VLLM,
                models,
                0,
                metrics.sum("vllm:num_requests_running"),
                Double.NaN,
                Double.NaN,
                metrics.first("vllm:generation_tokens_total", "vllm:generation_tokens")
                        + metrics.first("vllm:prompt_tokens_total", "vllm:prompt_tokens"));
    }

    private ForeignReport sglang(List<ServedModel> models) throws InterruptedException {
        PrometheusText metrics = metrics();
        return report(
                ForeignReport.Kind.SGLANG,
                models,
                0,
                metrics.sum("sglang:num_running_reqs"),
                Double.NaN,
                metrics.sum("sglang:gen_throughput"),
                metrics.sum("sglang:generation_tokens_total") + metrics.sum("sglang:prompt_tokens_total"));
    }

    private static ForeignReport report(
            ForeignReport.Kind kind,
            List<ServedModel> models,
            int capacity,
            double running,
            double promptRate,
            double outputRate,
            double progress) {
        boolean known = !Double.isNaN(running);
        return new ForeignReport(
                kind,
                models,
                new PublishedLoad(
                        capacity,
                        known ? (int) running : 0,
                        -1,
                        orZero(promptRate),
                        orZero(outputRate),
                        0,
                        Double.NaN,
                        false),
                progress,
                known && running > 0);
    }

    private static double orZero(double value) {
        return Double.isNaN(value) ? 0 : value;
    }

    private List<ServedModel> models() throws Failure, InterruptedException {
        List<ServedModel> models = new ArrayList<>();
        try {
            Object root = PlainJson.read(get("/v1/models"));
            if (PlainJson.get(root, "data") instanceof List<?> data) {
                for (Object model : data) {
                    if (PlainJson.get(model, "id") instanceof String id && !id.isBlank()) {
                        models.add(new ServedModel(id, aliases(model), context(model)));
                    }
                }
            }
        } catch (IOException e) {
            throw new Failure("its /v1/models is not JSON", true);
        }
        if (models.isEmpty()) {
            throw new Failure("it serves no model", true);
        }
        return models;
    }

    /** As llama-server has them. */
    private static List<String> aliases(@Nullable Object model) {
        return PlainJson.get(model, "aliases") instanceof List<?> names
                ? names.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    /** As vLLM, SGLang, llama-server and this gateway say it. */
    private static int context(@Nullable Object model) {
        long tokens = PlainJson.integer(
                PlainJson.get(model, "max_model_len"),
                PlainJson.integer(
                        PlainJson.get(model, "context_window"),
                        PlainJson.integer(PlainJson.get(PlainJson.get(model, "meta"), "n_ctx_train"), 0)));
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, tokens));
    }

    /** llama-server's parallel requests; 0 where it is another server. */
    private int slots() throws InterruptedException {
        byte[] props = optional("/props");
        try {
            return props == null ? 0 : (int) PlainJson.integer(PlainJson.get(PlainJson.read(props), "total_slots"), 0);
        } catch (IOException e) {
            return 0;
        }
    }

    private PrometheusText metrics() throws InterruptedException {
        byte[] page = optional("/metrics");
        return new PrometheusText(page == null ? new byte[0] : page);
    }

    private static @Nullable WorkerStatus parse(byte[] status) {
        try {
            return WorkerStatus.parse(status);
        } catch (ApiException e) {
            return null;
        }
    }

    private byte @Nullable [] optional(String path) throws InterruptedException {
        try {
            return get(path);
        } catch (Failure e) {
            return null;
        }
    }

    private static String refused(String path, int status) {
        return switch (status) {
            case 401, 403 ->
                "it answers " + path + " with " + status + ": backends.key_files must name the file with its key";
            case 503 -> "loading (it answers " + path + " with 503)";
            default -> "it answers " + path + " with " + status;
        };
    }

    private byte[] get(String path) throws Failure, InterruptedException {
        ForeignServer asked = Objects.requireNonNull(server);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(asked.uri() + path))
                .timeout(limit)
                .GET();
        if (asked.access().key() != null) {
            request.header("authorization", "Bearer " + asked.access().key());
        }
        try {
            HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new Failure(refused(path, answer.statusCode()), true);
                }
                byte[] bytes = body.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                    throw new Failure("its " + path + " is larger than 4 MiB", true);
                }
                return bytes;
            }
        } catch (ConnectException e) {
            throw new Failure("nothing listens there", true);
        } catch (SSLException e) {
            throw new Failure(
                    "no secure connection: " + e.getMessage() + " (backends.ca_file says who is trusted)", true);
        } catch (IOException e) {
            throw new Failure("no answer in time", false);
        }
    }
}
