package dev.unbusy.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says about itself after a step: the answer of its {@code /status}, read by supervisor, gateway and the
 * {@code status} command. The keys are the components' names; those of the contract keep their names for good.
 *
 * @param id name of the worker on this machine
 * @param model name that requests use; empty while it is not known
 * @param pid process id; 0 where there is none
 * @param url where it listens; empty while it does not
 * @param running sequences that are computed
 * @param waiting requests that are not yet
 * @param kvCellsTotal tokens that the KV cache holds
 * @param kvCellsFree those of them that are free or hold only reusable prefixes
 * @param kvCellsEmpty those of them that hold nothing
 * @param steps engine steps since start: standing still while work waits means wedged
 * @param step how they get on
 * @param tokensPerSecond generated, over the last seconds
 * @param prefillTokensPerSecond measured over recent prefills; 0 before the first
 * @param restarts how often the supervisor has restarted it
 * @param contextTokens longest request, prompt and answer together
 * @param maxSequences how many run at once
 * @param reason why it is in this state, for people; empty where there is nothing to say
 */
public record WorkerStatus(
        String id,
        String model,
        State state,
        long pid,
        String url,
        int running,
        int waiting,
        long kvCellsTotal,
        long kvCellsFree,
        long kvCellsEmpty,
        long steps,
        StepStatus step,
        double tokensPerSecond,
        double prefillTokensPerSecond,
        int restarts,
        int contextTokens,
        int maxSequences,
        String reason) {

    /** What a worker is doing as a whole. */
    public enum State {
        STARTING,
        /** Reading the model. */
        LOADING,
        READY,
        /** Finishes what it has, takes nothing new. */
        DRAINING,
        /** Work waits, and the step counter stands still. */
        WEDGED,
        /** Its last start failed, and nobody tries again. */
        FAILED,
        STOPPED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static @Nullable State of(String word) {
            for (State state : values()) {
                if (state.word().equals(word)) {
                    return state;
                }
            }
            return null;
        }
    }

    /** A worker of which nothing more is known. */
    public static WorkerStatus of(String id, State state, String reason) {
        return new WorkerStatus(id, "", state, 0, "", 0, 0, 0, 0, 0, 0, StepStatus.NONE, 0, 0, 0, 0, 0, reason);
    }

    /** Whether requests run or wait. */
    public boolean isBusy() {
        return running > 0 || waiting > 0;
    }

    /** The same of a server that somebody else runs. */
    public WorkerStatus foreign(String itsModel, String itsUrl, int itsRunning, int itsCapacity) {
        return new WorkerStatus(
                id,
                itsModel,
                state,
                0,
                itsUrl,
                itsRunning,
                0,
                0,
                0,
                0,
                0,
                StepStatus.NONE,
                0,
                0,
                0,
                0,
                itsCapacity,
                reason);
    }

    public WorkerStatus withState(State newState, String newReason) {
        return new WorkerStatus(
                id,
                model,
                newState,
                pid,
                url,
                running,
                waiting,
                kvCellsTotal,
                kvCellsFree,
                kvCellsEmpty,
                steps,
                step,
                tokensPerSecond,
                prefillTokensPerSecond,
                restarts,
                contextTokens,
                maxSequences,
                newReason);
    }

    /** The same, as its supervisor knows it. */
    public WorkerStatus supervised(String newId, long newPid, String newUrl, int newRestarts) {
        return new WorkerStatus(
                newId,
                model,
                state,
                newPid,
                newUrl,
                running,
                waiting,
                kvCellsTotal,
                kvCellsFree,
                kvCellsEmpty,
                steps,
                step,
                tokensPerSecond,
                prefillTokensPerSecond,
                newRestarts,
                contextTokens,
                maxSequences,
                reason);
    }

    public byte[] toJson() {
        JsonBytes json = new JsonBytes(512);
        write(json);
        return json.toBytes();
    }

    /** {@code [{…},{…}]} */
    public static byte[] listToJson(Iterable<WorkerStatus> workers) {
        JsonBytes json = new JsonBytes(1024).open('[');
        for (WorkerStatus worker : workers) {
            worker.write(json);
        }
        return json.close(']').toBytes();
    }

    private void write(JsonBytes json) {
        json.open('{')
                .key("id")
                .string(id)
                .key("model")
                .string(model)
                .key("state")
                .string(state.word())
                .key("pid")
                .number(pid)
                .key("url")
                .string(url)
                .key("running")
                .number(running)
                .key("waiting")
                .number(waiting)
                .key("kvCellsTotal")
                .number(kvCellsTotal)
                .key("kvCellsFree")
                .number(kvCellsFree)
                .key("kvCellsEmpty")
                .number(kvCellsEmpty)
                .key("steps")
                .number(steps)
                .key("step");
        step.write(json);
        json.key("tokensPerSecond")
                .number(tokensPerSecond)
                .key("prefillTokensPerSecond")
                .number(prefillTokensPerSecond)
                .key("restarts")
                .number(restarts)
                .key("contextTokens")
                .number(contextTokens)
                .key("maxSequences")
                .number(maxSequences)
                .key("reason")
                .string(reason)
                .close('}');
    }

    /**
     * Unknown keys are skipped, so that older and newer versions understand each other.
     *
     * @throws ApiException where it is not a worker's status
     */
    public static WorkerStatus parse(byte[] json) {
        return JsonBody.parse(json, body -> {
            Fields fields = new Fields();
            JsonParser parser = body.parser();
            while (body.nextField()) {
                fields.read(body, parser);
            }
            return fields.status();
        });
    }

    /** The values while they are read. */
    private static final class Fields {
        private String id = "";
        private String model = "";
        private @Nullable State state;
        private long pid;
        private String url = "";
        private int running;
        private int waiting;
        private long kvCellsTotal;
        private long kvCellsFree;
        private long kvCellsEmpty;
        private long steps;
        private StepStatus step = StepStatus.NONE;
        private double tokensPerSecond;
        private double prefillTokensPerSecond;
        private int restarts;
        private int contextTokens;
        private int maxSequences;
        private String reason = "";

        void read(JsonBody body, JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            switch (body.field()) {
                case "id" -> id = body.string();
                case "model" -> model = body.string();
                case "state" -> {
                    state = State.of(body.string());
                    if (state == null) {
                        throw ApiError.invalidValue("state", "is not a worker's state")
                                .exception();
                    }
                }
                case "pid" -> pid = body.integer(0, Long.MAX_VALUE);
                case "url" -> url = body.string();
                case "running" -> running = count(body);
                case "waiting" -> waiting = count(body);
                case "kvCellsTotal" -> kvCellsTotal = body.integer(0, Long.MAX_VALUE);
                case "kvCellsFree" -> kvCellsFree = body.integer(0, Long.MAX_VALUE);
                case "kvCellsEmpty" -> kvCellsEmpty = body.integer(0, Long.MAX_VALUE);
                case "step" -> step = StepStatus.read(body);
                case "steps" -> steps = body.integer(0, Long.MAX_VALUE);
                case "tokensPerSecond" -> tokensPerSecond = body.number(0, Double.MAX_VALUE);
                case "prefillTokensPerSecond" -> prefillTokensPerSecond = body.number(0, Double.MAX_VALUE);
                case "restarts" -> restarts = count(body);
                case "contextTokens" -> contextTokens = count(body);
                case "maxSequences" -> maxSequences = count(body);
                case "reason" -> reason = body.string();
                default -> parser.skipChildren();
            }
        }

        private static int count(JsonBody body) throws IOException {
            return (int) body.integer(0, Integer.MAX_VALUE);
        }

        WorkerStatus status() {
            State known = state;
            if (id.isEmpty() || known == null) {
                throw ApiError.missing(id.isEmpty() ? "id" : "state").exception();
            }
            return new WorkerStatus(
                    id,
                    model,
                    known,
                    pid,
                    url,
                    running,
                    waiting,
                    kvCellsTotal,
                    kvCellsFree,
                    kvCellsEmpty,
                    steps,
                    step,
                    tokensPerSecond,
                    prefillTokensPerSecond,
                    restarts,
                    contextTokens,
                    maxSequences,
                    reason);
        }
    }
}
