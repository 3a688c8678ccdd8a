package dev.unbusy.api;

import java.util.function.Function;

/**
 * A request of another {@link Dialect}, translated.
 *
 * @param model as the client wrote it
 * @param stream the client wants the answer in pieces; the worker is asked for the same, with its usage at the end
 * @param route where to ask it of a worker
 * @param members of the worker's JSON body behind its model, and the closing brace
 * @param answers makes the translator of this request's answer
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier; never compared, never changed.
public record DialectRequest(
        String model, boolean stream, Route route, byte[] members, Function<DialectHead, DialectAnswer> answers) {

    /** The worker's API that can answer. */
    public enum Route {
        /** {@code /v1/chat/completions}. */
        CHAT,
        /** {@code /v1/completions}. */
        COMPLETIONS,
        /**
         * None: Ollama's clients ask nothing of a model to have it loaded. {@link DialectAnswer#end} alone is the whole
         * answer, streamed or not.
         */
        NONE
    }

    /** @param workerModel what the worker calls the model */
    public byte[] body(String workerModel) {
        JsonBytes json = new JsonBytes(members.length + 64).open('{').key("model");
        return json.string(workerModel).raw(COMMA).raw(members).toBytes();
    }

    /** Of one use: one answer. */
    public DialectAnswer answer(DialectHead head) {
        return answers.apply(head);
    }

    private static final byte[] COMMA = {','};
}
