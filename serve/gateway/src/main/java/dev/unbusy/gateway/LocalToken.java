package dev.unbusy.gateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What this machine's own commands show instead of a key: drawn at each start of a service, written to a file that only its
 * user can read, and kept nowhere else. Immutable.
 */
public final class LocalToken {
    private static final String PREFIX = "ub-local-";
    private static final int BYTES = 32;

    private final String text;
    private final byte[] bytes;

    private LocalToken(String text) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A new one, of 256 random bits. */
    public static LocalToken draw() {
        byte[] drawn = new byte[BYTES];
        new SecureRandom().nextBytes(drawn);
        return new LocalToken(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(drawn));
    }

    /** To be sent as {@code Authorization: Bearer TEXT}. */
    public String text() {
        return text;
    }

    /** In a time that does not depend on how much of it is right. */
    boolean matches(String presented) {
        return MessageDigest.isEqual(bytes, presented.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Without the secret: this is what ends up in logs. */
    @Override
    public String toString() {
        return PREFIX + "…";
    }
}
