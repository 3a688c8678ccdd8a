package dev.unbusy.api;

import org.jspecify.annotations.Nullable;

/**
 * What the answers of both completion APIs have in common: their head, which is made ready once, and the two rules for
 * where a stream tells its usage ({@link StreamUsage}). For one thread at a time.
 */
abstract class AnswerWriter {
    private final JsonBytes json = new JsonBytes(512);
    private final StreamUsage usageRule;
    private final byte[] head;
    private final byte[] chunkHead;

    AnswerWriter(
            String id,
            String object,
            String chunkObject,
            long createdSeconds,
            String model,
            String fingerprint,
            StreamUsage usageRule) {
        this.usageRule = usageRule;
        this.head = head(json.reset(), id, object, createdSeconds, model, fingerprint);
        this.chunkHead = head(json.reset().raw(Sse.DATA), id, chunkObject, createdSeconds, model, fingerprint);
    }

    private static byte[] head(
            JsonBytes json, String id, String object, long createdSeconds, String model, String fingerprint) {
        return json.open('{')
                .key("id")
                .string(id)
                .key("object")
                .string(object)
                .key("created")
                .number(createdSeconds)
                .key("model")
                .string(model)
                .key("system_fingerprint")
                .string(fingerprint)
                .key("choices")
                .open('[')
                .toBytes();
    }

    final JsonBytes openAnswer() {
        return json.reset().raw(head).noComma();
    }

    final byte[] closeAnswer(Usage usage) {
        json.close(']').key("usage");
        usage.write(json);
        return json.close('}').toBytes();
    }

    final JsonBytes openChunk() {
        return json.reset().raw(chunkHead).noComma();
    }

    /** @param last the usage, on the chunk with the last finish reason; null on others */
    final byte[] closeChunk(@Nullable Usage last) {
        json.close(']');
        if (usageRule == StreamUsage.EXTRA_CHUNK) {
            json.key("usage").nul();
        } else if (usageRule == StreamUsage.ON_LAST_CHUNK && last != null) {
            json.key("usage");
            last.write(json);
        }
        return json.close('}').raw(Sse.END).toBytes();
    }

    /** What follows the last choice's end: OpenAI's extra chunk where the request asked for it, and {@code [DONE]}. */
    public final byte[] end(Usage usage) {
        if (usageRule == StreamUsage.EXTRA_CHUNK) {
            openChunk().close(']').key("usage");
            usage.write(json);
            json.close('}').raw(Sse.END);
        } else {
            json.reset();
        }
        return json.raw(Sse.DONE_EVENT).toBytes();
    }
}
