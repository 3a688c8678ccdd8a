package dev.unbusy.gateway;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * One OpenAI-compatible server that answers requests: a worker of ours or a foreign engine.
 *
 * @param id its name, unique among the backends; shown to clients in {@code x-unbusy-worker}
 * @param uri where it listens, {@code http://HOST:PORT} or {@code https://HOST:PORT}; a path is put before that of each request
 * @param models what it serves
 * @param state whether it takes requests
 * @param reason why it is in that state, for people; empty where there is nothing to say
 * @param prefill how it goes on with an answer that another one began, where it does not mark its own
 * @param access what it asks of whoever sends requests
 */
public record Backend(
        String id,
        URI uri,
        List<ServedModel> models,
        State state,
        String reason,
        Prefill prefill,
        BackendAccess access) {

    /** Whether a backend takes requests, and if not, whether waiting for it makes sense. */
    public enum State {
        /** Being started or restarted: requests wait for it. */
        STARTING,
        /** Takes requests. */
        READY,
        /** Finishes what it has and takes nothing new; it will be replaced or come back, so requests wait. */
        DRAINING,
        /** Not running, and nobody is starting it: requests do not wait for it. */
        DOWN;

        /** The word in logs, status and readiness reports. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One of which nothing more is known, or need be: our workers mark their streams. */
    public Backend(String id, URI uri, List<ServedModel> models, State state, String reason) {
        this(id, uri, models, state, reason, Prefill.NOT_KNOWN, BackendAccess.OURS);
    }

    public Backend {
        if (!id.matches("[A-Za-z0-9._:-]{1,64}")) {
            throw new IllegalArgumentException("backend id \"" + id + "\" must match [A-Za-z0-9._:-]{1,64}");
        }
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getPort() <= 0) {
            throw new IllegalArgumentException(
                    "backend " + id + ": " + uri + " is not of the form http://HOST:PORT or https://HOST:PORT");
        }
        if ("https".equals(uri.getScheme()) != (access.tls() != null)) {
            throw new IllegalArgumentException(
                    "backend " + id + ": " + uri + " and " + access + " contradict each other");
        }
        models = List.copyOf(models);
    }

    /** @param modelId an id as {@link ServedModel#id()} has it */
    public boolean serves(String modelId) {
        for (ServedModel model : models) {
            if (model.id().equals(modelId)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a request must name the model as the backend lists it. Our workers take every name, since they have one model, and
     * repeat what the client wrote.
     */
    boolean wantsIds() {
        return access.isForeign() && prefill != Prefill.PREFIX;
    }

    /** The same backend in another state. */
    public Backend in(State newState, String newReason) {
        return new Backend(id, uri, models, newState, newReason, prefill, access);
    }
}
