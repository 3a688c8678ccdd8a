package dev.unbusy.engine;

import dev.unbusy.api.ApiError;
import dev.unbusy.api.WorkerStatus;
import dev.unbusy.catalog.HostFacts;
import dev.unbusy.http.Exchange;
import dev.unbusy.http.HttpServer;
import dev.unbusy.http.HttpServerOptions;
import dev.unbusy.metrics.Metric;
import dev.unbusy.metrics.Metrics;
import dev.unbusy.text.Progress;
import dev.unbusy.text.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model behind an OpenAI-compatible HTTP server: loads it, starts the {@link Engine}, answers. Lifetime: {@link #start}
 * to {@link #close}; {@link #drain} in between lets running answers finish.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    /** What sysexits.h calls EX_SOFTWARE: the native context is lost, and only a new process helps. */
    public static final int EXIT_ENGINE_LOST = 70;

    private static final double STUCK_MILLIS = 10_000;

    /**
     * What a worker is started with.
     *
     * @param id its name on this machine
     * @param modelName name that requests use
     * @param natives directory of the native libraries
     * @param sha256 their checksums by file name; empty to load them unchecked
     * @param port 0 for a free one
     * @param wedgedAfter how long its step counter may stand still while work waits ({@link dev.unbusy.api.StepWatch})
     * @param firstStep the same before the first step, which may read the weights from disk
     */
    public record Options(
            String id,
            String modelName,
            Path modelFile,
            Path natives,
            Map<String, String> sha256,
            String host,
            int port,
            WorkerConfig config,
            Duration wedgedAfter,
            Duration firstStep,
            HostFacts machine,
            String version) {}

    private final Options options;
    private final LoadedModel model;
    /** Not private: tests hold its thread. */
    final Engine engine;

    private final WedgeWatch wedge;
    private final Metrics metrics;
    private final TokenizerThreads tokenizers = new TokenizerThreads();
    private final Completions completions;
    private final Embeddings embeddings;
    private final long startedSeconds = System.currentTimeMillis() / 1000;

    @SuppressWarnings("NullAway.Init") // set by start() before anybody has the worker
    private HttpServer server;

    // volatile: set by whoever drains, read by event loops.
    private volatile boolean draining;

    private Worker(Options options, LoadedModel model, Metrics metrics, Runnable onFatal) {
        this.options = options;
        this.model = model;
        this.metrics = metrics;
        engine = new Engine(
                model::newContext,
                model.vocab(),
                model.schedulerOptions(),
                new EngineMetrics(metrics),
                new Intake(
                        options.config().maxWaiting() + model.schedulerOptions().maxRunning(),
                        Runtime.getRuntime().maxMemory() / Intake.HEAP_SHARE),
                onFatal);
        completions = new Completions(engine, model, options.config(), tokenizers);
        embeddings = new Embeddings(engine, model, options.config(), tokenizers);
        wedge = new WedgeWatch(
                options.wedgedAfter(),
                options.firstStep(),
                this::status,
                why -> LOG.warn("wedged: {}", standing(why)),
                () -> {
                    LOG.error("wedged for good: this process ends, for another to be started");
                    onFatal.run();
                });
    }

    /**
     * Loads the model, which takes seconds to minutes, and listens.
     *
     * @param onFatal called when the native context is lost, or stands still for good; the process should end with {@link
     *     #EXIT_ENGINE_LOST}
     * @throws dev.unbusy.text.UserError naming what is wrong with file, memory, libraries or address
     */
    public static Worker start(Options options, Progress progress, Runnable onFatal) {
        LoadedModel model = LoadedModel.load(
                options.natives(),
                options.sha256(),
                options.modelFile(),
                options.modelName(),
                options.config(),
                options.machine(),
                progress);
        Metrics metrics = new Metrics();
        metrics.gauge(Metric.BUILD_INFO, () -> 1, options.version(), "worker");
        Worker worker = new Worker(options, model, metrics, onFatal);
        EngineMetrics.gauges(metrics, worker.engine);
        try {
            worker.engine.start().awaitContext();
            worker.server = HttpServer.start(
                    new HttpServerOptions(
                                    "worker",
                                    options.host(),
                                    options.port(),
                                    (status, message) ->
                                            ApiError.http(status, message).body())
                            .withEventLoopThreads(1),
                    worker::handle);
            worker.wedge.start();
            return worker;
        } catch (RuntimeException e) {
            worker.wedge.close();
            worker.engine.close();
            worker.completions.close();
            worker.tokenizers.close();
            model.close();
            metrics.close();
            throw e;
        }
    }

    public String url() {
        return server.url();
    }

    public WorkerStatus status() {
        EngineStatus now = engine.status();
        Text wedged = wedge.reason();
        WorkerStatus.State state = wedged == null ? WorkerStatus.State.READY : WorkerStatus.State.WEDGED;
        return new WorkerStatus(
                options.id(),
                options.modelName(),
                draining ? WorkerStatus.State.DRAINING : state,
                ProcessHandle.current().pid(),
                url(),
                now.running(),
                engine.waiting(),
                now.cellsTotal(),
                now.cellsFree(),
                now.cellsEmpty(),
                now.steps(),
                engine.step(),
                now.tokensPerSecond(),
                now.prefillTokensPerSecond(),
                0,
                model.contextTokens(),
                engine.options().maxRunning(),
                wedged == null ? "" : wedged.en());
    }

    /** Takes nothing new and waits for what runs. */
    public void drain(Duration limit) {
        draining = true;
        tellIfStuck();
        if (!server.close(limit)) {
            LOG.warn("answers were still running after {} s of draining", limit.toSeconds());
        }
    }

    /** The supervisor asks a wedged worker to end before it kills it, so that the log says where it stood. */
    private void tellIfStuck() {
        WorkerStatus now = status();
        double millis = Math.max(now.step().runningMs(), now.step().sinceMs());
        if (now.isBusy() && millis > STUCK_MILLIS && millis > now.step().expectedMs()) {
            LOG.warn("{}", standing(Text.same("no step has ended for " + Math.round(millis / 1000) + " s")));
        }
    }

    /** Where the engine's thread is, for the log. */
    private String standing(Text why) {
        WorkerStatus now = status();
        StringBuilder text = new StringBuilder(why.en())
                .append("; with ")
                .append(now.running())
                .append(" running and ")
                .append(now.waiting())
                .append(" waiting the engine's thread stands");
        for (StackTraceElement frame : engine.stack()) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }

    @Override
    public void close() {
        draining = true;
        wedge.close();
        server.close();
        engine.close();
        completions.close();
        tokenizers.close();
        model.close();
        metrics.close();
    }

    /** On an event loop. */
    private void handle(Exchange exchange) {
        String path = exchange.path();
        switch (path) {
            case "/v1/chat/completions" -> post(exchange, () -> completions.chat(exchange));
            case "/v1/completions" -> post(exchange, () -> completions.completion(exchange));
            case "/v1/embeddings" -> post(exchange, () -> embeddings.embed(exchange));
            case "/internal/drain" ->
                post(exchange, () -> {
                    draining = true;
                    Answers.json(exchange, status().toJson());
                });
            case "/internal/status" -> get(exchange, () -> Answers.json(exchange, status().toJson()));
            case "/v1/models" -> get(exchange, () -> Answers.json(exchange, Answers.models(status(), startedSeconds)));
            case "/healthz" -> get(exchange, () -> exchange.respond(200, "text/plain; charset=utf-8", "ok\n"));
            case "/readyz" -> get(exchange, () -> ready(exchange));
            case "/metrics" ->
                get(
                        exchange,
                        () -> exchange.offload(() ->
                                exchange.respond(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape())));
            default -> Answers.error(exchange, ApiError.notFound(exchange.method(), path));
        }
    }

    private void ready(Exchange exchange) {
        Text wedged = wedge.reason();
        if (draining) {
            Answers.error(exchange, drainingError());
        } else if (wedged != null) {
            Answers.error(exchange, ApiError.noWorker("this worker is wedged: " + wedged.en(), 1));
        } else {
            exchange.respond(200, "text/plain; charset=utf-8", "ready\n");
        }
    }

    private void post(Exchange exchange, Runnable answer) {
        if (!exchange.method().equals("POST")) {
            Answers.error(
                    exchange, ApiError.methodNotAllowed(exchange.method(), exchange.path(), "POST"), "allow", "POST");
        } else if (draining && exchange.path().startsWith("/v1/")) {
            Answers.error(exchange, drainingError());
        } else {
            answer.run();
        }
    }

    private static void get(Exchange exchange, Runnable answer) {
        if (exchange.method().equals("GET") || exchange.method().equals("HEAD")) {
            answer.run();
        } else {
            Answers.error(
                    exchange, ApiError.methodNotAllowed(exchange.method(), exchange.path(), "GET"), "allow", "GET");
        }
    }

    private static ApiError drainingError() {
        return ApiError.noWorker("this worker is draining; its supervisor will start another", 1);
    }
}
