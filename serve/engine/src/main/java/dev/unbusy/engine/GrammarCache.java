package dev.unbusy.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unbusy.api.ApiException;
import dev.unbusy.grammar.Grammar;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Grammars of earlier requests, the least used forgotten first. Agents send the same tools with every request, and the
 * masks that the engine remembers belong to the grammar object. Thread-safe; two requests that come at once may both make
 * the same grammar.
 */
final class GrammarCache {
    static final int MOST_GRAMMARS = 32;
    static final long MOST_BYTES = 64L << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, Outcome> known = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** A grammar, or why there is none. */
    private record Outcome(
            @Nullable Grammar grammar, @Nullable ApiException refusal) {
        private static Outcome of(Supplier<Grammar> maker) {
            try {
                return new Outcome(maker.get(), null);
            } catch (ApiException e) {
                return new Outcome(null, e);
            }
        }

        private long bytes() {
            return grammar == null ? 1_000 : grammar.bytes();
        }
    }

    /**
     * @param key from {@link #key}
     * @param maker called where it is not known, on the caller's thread, without a lock
     * @throws ApiException what the maker threw, now or for an earlier request: finding out takes up to a second
     */
    Grammar get(String key, Supplier<Grammar> maker) {
        Outcome outcome;
        synchronized (known) {
            outcome = known.get(key);
        }
        if (outcome == null) {
            outcome = keep(key, Outcome.of(maker));
        }
        if (outcome.grammar != null) {
            return outcome.grammar;
        }
        throw Objects.requireNonNull(outcome.refusal);
    }

    private Outcome keep(String key, Outcome made) {
        synchronized (known) {
            Outcome other = known.putIfAbsent(key, made);
            if (other != null) {
                return other;
            }
            bytes += made.bytes();
            Iterator<Outcome> eldest = known.values().iterator();
            while ((known.size() > MOST_GRAMMARS || bytes > MOST_BYTES) && known.size() > 1) {
                bytes -= eldest.next().bytes();
                eldest.remove();
            }
        }
        return made;
    }

    int size() {
        synchronized (known) {
            return known.size();
        }
    }

    /** @param parts everything that the grammar depends on: words, and plain values of JSON, whose order counts */
    static String key(@Nullable Object... parts) {
        try {
            // A digest: whole schemas would be kept otherwise.
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(MAPPER.writeValueAsBytes(parts)));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("plain values are always JSON, and every Java has SHA-256", e);
        }
    }
}
