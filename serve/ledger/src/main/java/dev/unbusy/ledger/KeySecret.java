package dev.unbusy.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form of keys, {@code ub-ID-SECRET}, and the hash under which secrets are kept.
 *
 * <p>The secret is 43 characters of base62, drawn one by one: 256 random bits. Slow hashes (bcrypt, Argon2) exist to make
 * guessing dear where people choose from a few billion passwords; among 2^256 there is nothing to guess, so one SHA-256 is as
 * strong, and a request costs one short hash instead of 100 ms, which strangers could spend for us.
 */
final class KeySecret {
    static final int ID_LENGTH = 12;
    static final int SECRET_LENGTH = 43;
    private static final String PREFIX = "ub-";
    private static final int LENGTH = PREFIX.length() + ID_LENGTH + 1 + SECRET_LENGTH;
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final Pattern IN_TEXT = Pattern.compile("(ub-[0-9A-Za-z]{12}-)[0-9A-Za-z]+");

    /**
     * A key that was sent, taken apart. No record: its toString would show the secret.
     */
    static final class Presented {
        final String id;
        final byte[] hash;

        private Presented(String id, byte[] hash) {
            this.id = id;
            this.hash = hash;
        }
    }

    private KeySecret() {}

    static String random(SecureRandom random, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length()))); // bounded draws are unbiased
        }
        return text.toString();
    }

    static String plaintext(String id, String secret) {
        return PREFIX + id + '-' + secret;
    }

    /** @return null if {@code key} does not have the form of a key */
    static @Nullable Presented parse(String key) {
        if (key.length() != LENGTH || !key.startsWith(PREFIX) || key.charAt(PREFIX.length() + ID_LENGTH) != '-') {
            return null;
        }
        for (int i = PREFIX.length(); i < LENGTH; i++) {
            if (i != PREFIX.length() + ID_LENGTH && !isBase62(key.charAt(i))) {
                return null;
            }
        }
        return new Presented(
                key.substring(PREFIX.length(), PREFIX.length() + ID_LENGTH),
                hash(key.substring(PREFIX.length() + ID_LENGTH + 1)));
    }

    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(ISO_8859_1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The same text with the secret of every key in it replaced. */
    static String redact(String text) {
        return IN_TEXT.matcher(text).replaceAll("$1…");
    }

    private static boolean isBase62(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
