package dev.unbusy.gateway;

import io.netty.handler.ssl.SslContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server asks for, beyond its address. Immutable; the key leaves this class in the head of a request
 * to that server alone, and is in no text that this class gives.
 */
public final class BackendAccess {
    /** Our workers take plain connections from this machine. */
    public static final BackendAccess OURS = new BackendAccess(false, null, null);

    private final boolean foreign;
    private final @Nullable String key;
    private final @Nullable SslContext tls;

    /**
     * Of a server that is not ours.
     *
     * @param key for {@code authorization: Bearer}, printable ASCII; null for none
     * @param tls null for plain connections
     */
    BackendAccess(@Nullable String key, @Nullable SslContext tls) {
        this(true, key, tls);
    }

    private BackendAccess(boolean foreign, @Nullable String key, @Nullable SslContext tls) {
        this.foreign = foreign;
        this.key = key;
        this.tls = tls;
    }

    boolean isForeign() {
        return foreign;
    }

    @Nullable
    String key() {
        return key;
    }

    @Nullable
    SslContext tls() {
        return tls;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BackendAccess access
                && foreign == access.foreign
                && Objects.equals(key, access.key)
                && Objects.equals(tls, access.tls);
    }

    @Override
    public int hashCode() {
        return Objects.hash(foreign, key, tls);
    }

    @Override
    public String toString() {
        return (tls == null ? "plain" : "TLS") + (key == null ? ", no key" : ", with a key");
    }
}
